# says: none of the options
answer = "C is better"
because = "I like the third one more"
