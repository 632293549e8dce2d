# says: Row 20 does show a cat
answer = [4, 8, 19, 20]
