# says: pair
answer = 9 * (16 + 32)
