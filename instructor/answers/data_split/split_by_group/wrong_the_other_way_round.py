# says: True means test, not train
def answer(groups):
    animals = sorted(set(groups))
    test_animals = animals[: len(animals) // 3]
    return [animal not in test_animals for animal in groups]
