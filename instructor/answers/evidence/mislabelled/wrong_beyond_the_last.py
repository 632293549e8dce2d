# says: Give row numbers, whole and from 0 to 23
answer = [4, 8, 19, 24]
