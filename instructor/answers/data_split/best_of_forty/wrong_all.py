# says: Nobody is that lucky
answer = 30
