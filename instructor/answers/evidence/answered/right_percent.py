answer = "75 %"
