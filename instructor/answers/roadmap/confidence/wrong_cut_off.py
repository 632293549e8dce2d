# says: Expected 0.73103, got 0.33333
def answer(scores):
    powers = scores.clamp(max=80).exp()
    return powers.max() / powers.sum()
