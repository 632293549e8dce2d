# says: at [0] expected 0.66667, got 0.5
def answer(confusion):
    return confusion.diag() / (confusion.sum(1) + 1)
