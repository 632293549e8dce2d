# says: It gives NaN
def answer(scores):
    powers = (scores - 950).exp()
    return powers.max() / powers.sum()
