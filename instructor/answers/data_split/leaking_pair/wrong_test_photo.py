# says: another test photo
answer = (41, 7)
