def answer(scores):
    return scores.softmax(0).max()
