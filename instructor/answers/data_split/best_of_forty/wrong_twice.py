# says: not twice as good
answer = 20
