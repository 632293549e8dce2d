# says: say why, in 4
answer = "leakage"
because = "copies"
