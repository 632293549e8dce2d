# says: Expected 6, got 18
def answer(sizes, way):
    if way == "linear probe":
        return sum(size for name, size in sizes.items() if name.startswith("head."))
    return sum(sizes.values())
