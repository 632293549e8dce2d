# says: window of 3×3
answer = 16 * 32
