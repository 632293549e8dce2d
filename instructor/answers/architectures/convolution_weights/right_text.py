answer = "4608"
