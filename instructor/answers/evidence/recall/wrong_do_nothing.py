# says: The shape should be [2], it is [2, 2]
def answer(confusion):
    return confusion
