# says: here only val is high
answer = "an ignored class"
because = "accuracy hides it when a class is rare"
