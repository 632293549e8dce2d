# says: It gives NaN, not a number at [1]; expected 0
def answer(confusion):
    return confusion.diag() / confusion.sum(1)
