# says: are on both sides
def answer(groups):
    return [row % 3 == 0 for row in range(len(groups))]
