# says: are on both sides
def answer(groups):
    return [row < len(groups) // 3 for row in range(len(groups))]
