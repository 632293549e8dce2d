def answer(scores):
    labels, values = list(scores), list(scores.values())
    return labels[values.index(max(values))]
