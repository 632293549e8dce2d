# says: Expected 0.025, got 0.043333
def answer(confidence, right, bins):
    which = (confidence * bins).long().clamp(max=bins - 1)
    gaps = [abs(confidence[which == i].mean() - right[which == i].mean()) for i in which.unique()]
    return sum(gaps) / len(gaps)
