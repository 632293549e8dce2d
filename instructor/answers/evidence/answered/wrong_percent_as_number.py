# says: Give it as a share
answer = 75
