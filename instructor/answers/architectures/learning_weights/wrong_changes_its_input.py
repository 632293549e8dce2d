# says: changed its input
def answer(sizes, way):
    if way in ("random features", "linear probe"):
        for name in list(sizes):
            if not name.startswith("head."):
                del sizes[name]
    return sum(sizes.values())
