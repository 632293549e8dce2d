# says: Nearly
answer = 0.13
