# says: The shape should be [2, 2], it is [2, 1]
def answer(labels, predicted, classes):
    return labels, predicted
