# says: for each of the 4 photos
def answer(groups):
    animals = sorted(set(groups))
    return [row for row, animal in enumerate(groups) if animal in animals[: len(animals) // 3]]
