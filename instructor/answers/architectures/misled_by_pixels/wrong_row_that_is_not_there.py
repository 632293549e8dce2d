# says: val has the rows 0 to
answer = (399, 12)
