# says: 18 or more fall on one side
answer = "12 and 18"
because = "18 is half as many again as 12"
