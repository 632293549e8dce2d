import numpy as np


def answer(scores):
    labels = np.array(list(scores))
    return labels[np.argmax(list(scores.values()))]
