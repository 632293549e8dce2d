# says: Expected 0.655, got 0.275
def answer(confidence, right, bins):
    which = (confidence * bins).long().clamp(max=bins - 1)
    return abs(sum((confidence - right)[which == i].sum() for i in range(bins)) / len(confidence))
