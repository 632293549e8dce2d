answer = "55/539"
