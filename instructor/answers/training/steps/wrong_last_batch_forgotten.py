# says: other 40
answer = 1000 // 64 * 20
