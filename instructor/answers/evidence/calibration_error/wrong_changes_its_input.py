# says: It changed its input `confidence`
def answer(confidence, right, bins):
    which = (confidence * bins).long().clamp(max=bins - 1)
    confidence -= right
    return sum(abs(confidence[which == i].sum()) for i in range(bins)) / len(confidence)
