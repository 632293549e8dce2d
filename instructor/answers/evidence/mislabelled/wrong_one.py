# says: Right so far, but 2 more labels are wrong
answer = 8
