# says: Right so far, but 1 more label is wrong
answer = (19, 4)
