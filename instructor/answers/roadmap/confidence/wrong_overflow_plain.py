# says: OverflowError
import math


def answer(scores):
    powers = [math.exp(score) for score in scores]
    return max(powers) / sum(powers)
