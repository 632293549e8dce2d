def answer(sizes, way):
    if way in ("random features", "linear probe"):
        return sum(size for name, size in sizes.items() if name.startswith("head."))
    return sum(sizes.values())
