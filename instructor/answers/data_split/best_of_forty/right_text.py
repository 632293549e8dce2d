answer = "15"
