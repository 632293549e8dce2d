# says: Expected 0.485
def answer(confidence, right, bins):
    total = 0
    for i in range(bins):
        here = (confidence >= i / bins) & (confidence < (i + 1) / bins)
        total += abs(confidence[here].sum() - right[here].sum())
    return total / len(confidence)
