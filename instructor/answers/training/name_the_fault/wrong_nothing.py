# says: not attempted yet
answer = None
