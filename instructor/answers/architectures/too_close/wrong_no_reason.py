# says: Now say why
answer = "these images cannot say"
