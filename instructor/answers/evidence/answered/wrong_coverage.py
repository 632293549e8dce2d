# says: the coverage
answer = "4/10"
