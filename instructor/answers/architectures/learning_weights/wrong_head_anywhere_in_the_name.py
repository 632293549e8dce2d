# says: Expected 15, got 72
def answer(sizes, way):
    if way in ("random features", "linear probe"):
        return sum(size for name, size in sizes.items() if "head" in name)
    return sum(sizes.values())
