# says: at [0, 1] expected -2, got -3
def answer(x, weights):
    for w in weights:
        x = x + x @ w
    return x
