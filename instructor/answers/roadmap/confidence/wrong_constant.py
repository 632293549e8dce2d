# says: Expected 0.8808, got 1
def answer(scores):
    return 1.0
