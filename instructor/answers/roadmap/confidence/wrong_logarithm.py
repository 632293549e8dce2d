# says: Expected 0.8808, got -0.1269
def answer(scores):
    return scores.log_softmax(0).max()
