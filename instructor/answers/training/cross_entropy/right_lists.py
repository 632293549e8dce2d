import math


def answer(logits, label):
    others = [float(logit) - float(logits[label]) for logit in logits]
    largest = max(others)
    return largest + math.log(sum(math.exp(other - largest) for other in others))
