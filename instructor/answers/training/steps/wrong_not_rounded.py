# says: Half a step
answer = 1000 / 64 * 20
