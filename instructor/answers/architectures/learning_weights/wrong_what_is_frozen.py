# says: Expected 6, got 12
def answer(sizes, way):
    if way in ("random features", "linear probe"):
        return sum(size for name, size in sizes.items() if not name.startswith("head."))
    return sum(sizes.values())
