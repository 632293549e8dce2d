# says: changed its input `scores`
def answer(scores):
    scores -= scores.max()
    return 1 / scores.exp().sum()
