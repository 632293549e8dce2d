def answer(confusion):
    return (confusion / confusion.sum(1)[:, None]).nan_to_num().diag()
