# says: One number is asked for; this is
answer = [0.5, 0.25]
