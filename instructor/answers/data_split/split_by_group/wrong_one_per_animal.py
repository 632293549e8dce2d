# says: for each of the 4 photos
def answer(groups):
    animals = sorted(set(groups))
    return [row < len(animals) // 3 for row in range(len(animals))]
