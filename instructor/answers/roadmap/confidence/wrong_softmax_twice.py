# says: Expected 0.8808, got 0.6817
def answer(scores):
    return scores.softmax(0).softmax(0).max()
