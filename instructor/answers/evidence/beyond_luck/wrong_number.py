# says: none of the options
answer = 6
because = "six images more are right there"
