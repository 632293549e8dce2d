# says: One number is asked for
answer = (15, 16)
