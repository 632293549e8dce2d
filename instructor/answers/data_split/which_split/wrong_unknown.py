# says: none of the options
answer = "cat"
because = "we only have dogs in this shelter"
