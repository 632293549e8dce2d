answer = 16
