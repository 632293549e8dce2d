# says: Expected 0.8808, got 1
def answer(scores):
    return scores.reshape(-1, 1).softmax(1).max()
