# says: how often it is wrong
answer = 0.9
