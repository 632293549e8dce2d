# says: Nearly
answer = 0.8
