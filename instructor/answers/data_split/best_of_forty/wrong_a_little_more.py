# says: the best of forty is lucky
answer = 12
