# says: did you mean 'small shift'?
answer = {"smal shift", "other light"}
because = "The camera stands elsewhere or the sun is gone."
