# says: Expected 0.8808, got 0.1192
def answer(scores):
    return scores.softmax(0).min()
