# says: True for a test photo and False for a train photo
def answer(groups):
    return groups
