# says: Expected 0.8808, got 1
def answer(scores):
    powers = (scores - scores.max()).exp()
    return powers.max() / powers[1:].sum()
