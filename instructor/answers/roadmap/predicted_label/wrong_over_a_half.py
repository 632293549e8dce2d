# says: Expected 'cat', got 'none'
def answer(scores):
    for label, score in scores.items():
        if score > 0.5:
            return label
    return "none"
