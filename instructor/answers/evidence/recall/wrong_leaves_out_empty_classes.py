# says: The shape should be [3], it is [2]
def answer(confusion):
    confusion = confusion.tolist()
    return [row[i] / sum(row) for i, row in enumerate(confusion) if sum(row)]
