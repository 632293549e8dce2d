# says: all 16
answer = 9 * 32
