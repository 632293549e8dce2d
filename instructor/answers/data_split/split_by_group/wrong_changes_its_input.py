# says: changed its input `groups`
def answer(groups):
    animals = set(groups)
    groups.sort()
    return [animal in sorted(animals)[: len(animals) // 3] for animal in groups]
