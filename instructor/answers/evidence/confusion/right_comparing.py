def answer(labels, predicted, classes):
    return [[((labels == i) & (predicted == j)).sum() for j in range(classes)] for i in range(classes)]
