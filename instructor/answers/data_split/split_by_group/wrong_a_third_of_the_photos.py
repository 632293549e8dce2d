# says: asked for is one third
def answer(groups):
    chosen = []
    for animal in sorted(set(groups), key=groups.count):
        if sum(groups.count(c) for c in chosen) < len(groups) / 3:
            chosen.append(animal)
    return [animal in chosen for animal in groups]
