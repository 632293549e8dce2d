# says: Give row numbers, whole and from 0 to 23
answer = [4.5, 8, 19]
