# says: is a `return` missing?
def answer(confusion):
    for i in range(len(confusion)):
        confusion[i, i] / confusion[i].sum()
