# says: is a `return` missing?
def answer(labels, predicted, classes):
    print((labels == predicted).float().mean())
