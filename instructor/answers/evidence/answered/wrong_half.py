# says: leaves to a person
answer = 0.5
