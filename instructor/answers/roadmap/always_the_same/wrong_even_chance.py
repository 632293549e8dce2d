# says: not equally likely
answer = 0.5
