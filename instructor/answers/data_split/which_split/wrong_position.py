# says: none of the options
answer = 2
because = "counted from zero, dog is number two"
