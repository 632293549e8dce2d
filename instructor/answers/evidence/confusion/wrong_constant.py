# says: at [0, 1] expected 1, got 0
def answer(labels, predicted, classes):
    return [[0] * classes] * classes
