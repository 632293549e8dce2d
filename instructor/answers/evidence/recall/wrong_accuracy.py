# says: It should return an array of shape [2]; it returns one number
def answer(confusion):
    return confusion.diag().sum() / confusion.sum()
