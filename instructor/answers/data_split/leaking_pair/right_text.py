answer = "(41, 22)"
