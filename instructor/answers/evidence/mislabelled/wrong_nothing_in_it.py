# says: Give row numbers
answer = []
