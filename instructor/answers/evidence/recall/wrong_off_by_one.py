# says: The shape should be [2], it is [1]
def answer(confusion):
    return [confusion[i, i] / max(1, confusion[i].sum()) for i in range(len(confusion) - 1)]
