# says: Expected 0.8808, got 3
def answer(scores):
    return scores.max()
