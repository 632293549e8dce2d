# says: for each of the
def answer(groups):
    animals = sorted(set(groups))
    return animals[: len(animals) // 3]
