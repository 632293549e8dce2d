# says: say why, in 4
answer = "these images cannot say"
because = "noise"
