# says: same mix of breeds
answer = "class"
because = "every part needs the same share of breeds"
