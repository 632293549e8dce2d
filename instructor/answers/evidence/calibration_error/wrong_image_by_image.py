# says: Expected 0.15, got 0.53
def answer(confidence, right, bins):
    return (confidence - right).abs().mean()
