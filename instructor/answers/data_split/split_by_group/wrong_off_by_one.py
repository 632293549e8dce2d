# says: asked for is one third
def answer(groups):
    animals = sorted(set(groups))
    test_animals = animals[: len(animals) // 3 + 1]
    return [animal in test_animals for animal in groups]
