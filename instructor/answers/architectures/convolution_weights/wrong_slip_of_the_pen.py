# says: Close
answer = 4600
