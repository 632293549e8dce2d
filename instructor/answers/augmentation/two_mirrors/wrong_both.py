# says: the share that gets both mirrors
answer = 1 / 4
