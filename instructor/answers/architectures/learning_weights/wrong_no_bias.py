# says: Expected 6, got 4
def answer(sizes, way):
    if way in ("random features", "linear probe"):
        return sizes.get("head.weight", 0)
    return sum(sizes.values())
