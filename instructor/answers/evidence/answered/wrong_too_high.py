# says: 1 is too high
answer = 1
