# says: A share lies between 0 and 1
answer = 75
