# says: asked for is one third
def answer(groups):
    first = min(groups).split("-")[0]
    return [animal.split("-")[0] == first for animal in groups]
