# says: 4 different words
answer = {"small shift", "other light"}
because = "safe safe safe safe"
