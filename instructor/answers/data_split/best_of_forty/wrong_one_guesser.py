# says: one guesser gets
answer = 10
