# says: Now say why
answer = "0 and 6"
