# says: say why, in 4
answer = "dog"
