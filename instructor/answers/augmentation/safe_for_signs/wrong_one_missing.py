# says: one more option belongs there
answer = "small shift"
because = "the sign stands elsewhere in the photo"
