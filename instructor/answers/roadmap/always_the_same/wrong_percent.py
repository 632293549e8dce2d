# says: As a share
answer = 10
