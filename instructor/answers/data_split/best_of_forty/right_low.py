answer = 14
