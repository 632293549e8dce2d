# says: Expected 0.8808, got 0.75
def answer(scores):
    return scores.max() / scores.sum()
