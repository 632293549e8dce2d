# says: row 208 is nearer
answer = (324, 209)
