# says: Expected 0.198, got 0.454
def answer(confidence, right, bins):
    which = (confidence * 10).long().clamp(max=9)
    return sum(abs((confidence - right)[which == i].sum()) for i in range(10)) / len(confidence)
