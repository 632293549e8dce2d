# says: Expected 0.17, got 0.017
def answer(confidence, right, bins):
    which = (confidence * bins).long().clamp(max=bins - 1)
    return sum(abs((confidence - right)[which == i].sum()) for i in range(bins)) / bins
