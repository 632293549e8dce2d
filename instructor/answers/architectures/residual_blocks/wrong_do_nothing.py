# says: at [0, 0] expected 5, got 1
def answer(x, weights):
    return x
