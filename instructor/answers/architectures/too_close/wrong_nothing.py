# says: not attempted yet
answer = ""
because = ""
