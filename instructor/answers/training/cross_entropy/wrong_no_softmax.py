# says: Expected 0.12693, got -2
def answer(logits, label):
    return -logits[label]
