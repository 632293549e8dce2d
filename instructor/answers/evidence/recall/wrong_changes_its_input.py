# says: It changed its input `confusion`
def answer(confusion):
    confusion += 1 - confusion.sum(1, keepdim=True).clamp(max=1)
    return [confusion[i, i] / confusion[i].sum() for i in range(len(confusion))]
