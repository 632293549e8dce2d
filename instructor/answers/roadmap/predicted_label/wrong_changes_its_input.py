# says: changed its input `scores`
def answer(scores):
    best = None
    while scores:
        best = min(scores, key=scores.get)
        scores.pop(best)
    return best
