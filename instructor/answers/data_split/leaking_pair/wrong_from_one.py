# says: counted from 0
answer = (42, 23)
