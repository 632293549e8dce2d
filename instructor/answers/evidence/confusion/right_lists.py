def answer(labels, predicted, classes):
    table = [[0] * classes for _ in range(classes)]
    for i, true in enumerate(labels.tolist()):
        table[true][predicted[i]] += 1
    return table
