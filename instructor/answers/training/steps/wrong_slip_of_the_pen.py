# says: Close
answer = 330
