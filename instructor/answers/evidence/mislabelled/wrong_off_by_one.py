# says: Rows are counted from 0
answer = [5, 9, 20]
