# says: at [0] expected 0.66667, got 1
def answer(confusion):
    return [1.0] * len(confusion)
