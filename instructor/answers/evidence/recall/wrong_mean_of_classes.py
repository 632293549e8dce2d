# says: It should return an array of shape [2]; it returns one number
def answer(confusion):
    return (confusion.diag() / confusion.sum(1).clamp(min=1)).mean()
