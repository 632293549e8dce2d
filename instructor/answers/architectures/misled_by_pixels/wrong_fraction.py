# says: pair of two whole numbers
answer = (324.5, 208)
