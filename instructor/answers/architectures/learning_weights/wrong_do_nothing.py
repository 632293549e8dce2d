# says: it returns a dict
def answer(sizes, way):
    return sizes
