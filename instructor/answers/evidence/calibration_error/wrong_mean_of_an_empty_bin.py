# says: It gives NaN
def answer(confidence, right, bins):
    which = (confidence * bins).long().clamp(max=bins - 1)
    total = 0
    for i in range(bins):
        here = which == i
        total += here.sum() * (confidence[here].mean() - right[here].mean()).abs()
    return total / len(confidence)
