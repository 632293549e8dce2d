# says: expected 0, got 1
def answer(labels, predicted, classes):
    table = [[0] * classes] * classes
    for true, said in zip(labels, predicted, strict=True):
        table[true][said] += 1
    return table
