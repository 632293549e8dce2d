answer = " 0 AND 6 "
because = "B is right wherever A is, and on six images more"
