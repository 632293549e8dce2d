# says: True for a test photo
def answer(groups):
    animals = sorted(set(groups))
    test_animals = animals[: len(animals) // 3]
    return ["test" if animal in test_animals else "train" for animal in groups]
