# says: whole batch
answer = 20000
