# says: right whenever
answer = 0
