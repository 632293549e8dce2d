# says: One number is asked for
answer = "few"
