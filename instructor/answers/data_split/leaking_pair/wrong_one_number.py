# says: pair of row numbers
answer = 22
