def answer(scores):
    return max(scores, key=scores.get)
