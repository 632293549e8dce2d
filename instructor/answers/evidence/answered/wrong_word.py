# says: One number is asked for
answer = "most of them"
