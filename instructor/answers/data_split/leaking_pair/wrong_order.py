# says: wrong order
answer = (22, 41)
