# says: asked for is one third
def answer(groups):
    animals = list(dict.fromkeys(groups))
    test_animals = animals[: len(animals) // 3]
    return [any(animal.startswith(test) for test in test_animals) for animal in groups]
