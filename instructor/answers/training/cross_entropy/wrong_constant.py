# says: Expected 0.12693, got 0.5
def answer(logits, label):
    return 0.5
