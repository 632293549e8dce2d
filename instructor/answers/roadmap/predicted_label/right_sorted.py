def answer(scores):
    ranked = sorted(scores.items(), key=lambda pair: pair[1], reverse=True)
    return ranked[0][0]
