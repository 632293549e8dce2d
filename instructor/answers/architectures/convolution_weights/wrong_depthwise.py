# says: depthwise
answer = 9 * 16
