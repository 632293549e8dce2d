# says: is a `return` missing?
def answer(confidence, right, bins):
    print(abs(confidence.mean() - right.mean()))
