# says: Expected 18, got 6
def answer(sizes, way):
    return sum(size for name, size in sizes.items() if name.startswith("head."))
