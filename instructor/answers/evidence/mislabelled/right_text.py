answer = "4, 8, 19"
