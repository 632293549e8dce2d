# says: Expected 0.8808, got 0.95
def answer(scores):
    return scores.sigmoid().max()
