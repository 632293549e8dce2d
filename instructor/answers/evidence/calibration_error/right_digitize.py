import numpy as np


def answer(confidence, right, bins):
    which = np.digitize(confidence, np.linspace(0, 1, bins + 1), right=True)
    return np.abs(np.bincount(which, weights=confidence - right)).sum() / len(confidence)
