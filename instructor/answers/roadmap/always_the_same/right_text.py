answer = "10 %"
