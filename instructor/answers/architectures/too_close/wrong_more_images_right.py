# says: almost 3 points
answer = "A is better"
because = "it had four images more right"
