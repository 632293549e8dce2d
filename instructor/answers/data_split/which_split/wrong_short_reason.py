# says: in 4 different words or more
answer = "dog"
because = "new dogs"
