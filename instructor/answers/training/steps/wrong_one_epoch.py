# says: there are 20 of them
answer = 16
