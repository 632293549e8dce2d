# says: are on both sides
def answer(groups):
    first = sorted(range(len(groups)), key=lambda row: groups[row])[: len(groups) // 3]
    return [row in first for row in range(len(groups))]
