# says: pair of two whole numbers
answer = 11
