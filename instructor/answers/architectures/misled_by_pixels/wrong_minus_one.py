# says: val has the rows 0 to 398
answer = (-1, 208)
