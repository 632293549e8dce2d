# says: the share of each mirror alone
answer = 0.5
