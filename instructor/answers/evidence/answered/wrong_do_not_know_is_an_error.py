# says: as a wrong answer
answer = 0.3
