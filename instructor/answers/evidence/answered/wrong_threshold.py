# says: a promise
answer = 0.8
