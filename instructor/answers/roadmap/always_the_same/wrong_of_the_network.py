# says: 0.98 is too high
answer = 0.98
