# says: Expected 0.8808, got 0.8
def answer(scores):
    powers = 2 ** (scores - scores.max())
    return powers.max() / powers.sum()
