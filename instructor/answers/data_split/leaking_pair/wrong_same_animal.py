# says: not the same photo
answer = (40, 21)
