# says: Expected 0.655, got 0.275
def answer(confidence, right, bins):
    return abs(confidence.mean() - right.mean())
