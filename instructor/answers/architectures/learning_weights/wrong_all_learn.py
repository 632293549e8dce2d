# says: Expected 6, got 18
def answer(sizes, way):
    return sum(sizes.values())
