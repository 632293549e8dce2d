def answer(groups):
    animals = sorted(set(groups))
    test_animals = animals[: len(animals) // 3]
    return [animal in test_animals for animal in groups]
