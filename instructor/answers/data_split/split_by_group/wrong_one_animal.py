# says: 1 of 6 animals
def answer(groups):
    return [animal == groups[0] for animal in groups]
