answer = "0 and 6"
because = "six coins seldom all show the same side"
