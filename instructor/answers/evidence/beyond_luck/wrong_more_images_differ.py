# says: 51 of 96 coins is nearly half
answer = "45 and 51"
because = "there the most images speak"
