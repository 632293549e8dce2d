# says: at [0] expected 0.66667, got 1
def answer(confusion):
    return confusion.diag() / confusion.sum(0).clamp(min=1)
