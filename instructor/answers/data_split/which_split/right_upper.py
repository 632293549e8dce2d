answer = "Dog "
because = "the ten photos of one dog must lie on one side"
