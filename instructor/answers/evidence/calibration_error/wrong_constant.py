# says: Expected 0.17, got 0
def answer(confidence, right, bins):
    return 0.0
