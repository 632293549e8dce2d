answer = " 320 "
