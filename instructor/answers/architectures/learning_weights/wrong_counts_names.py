# says: Expected 6, got 2
def answer(sizes, way):
    if way in ("random features", "linear probe"):
        return len([name for name in sizes if name.startswith("head.")])
    return len(sizes)
