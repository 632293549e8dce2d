# says: Expected 0.8808, got 88.08
def answer(scores):
    return 100 * scores.softmax(0).max()
