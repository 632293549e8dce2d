# says: not attempted yet
def answer(groups):
    animals = sorted(set(groups))
    test_animals = animals[: len(animals) // 3]
    [animal in test_animals for animal in groups]
