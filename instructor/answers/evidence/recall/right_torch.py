def answer(confusion):
    return confusion.diagonal() / confusion.sum(dim=1).clamp(min=1)
