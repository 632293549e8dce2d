# says: their backgrounds differ
answer = (66, 148)
