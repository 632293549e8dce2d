# says: Now say why
answer = "0 and 6"
because = "because of luck"
