# says: Is the row of val the first of the pair?
answer = (208, 324)
