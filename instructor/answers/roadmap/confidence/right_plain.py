import math


def answer(scores):
    best = max(scores)
    return 1 / sum(math.exp(score - best) for score in scores)
