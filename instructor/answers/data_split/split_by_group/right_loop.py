def answer(groups):
    test_animals = []
    for animal in groups:
        if animal not in test_animals and len(test_animals) < len(set(groups)) // 3:
            test_animals.append(animal)
    return tuple(animal in test_animals for animal in groups)
