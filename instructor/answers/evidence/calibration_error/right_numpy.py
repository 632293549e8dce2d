import numpy as np


def answer(confidence, right, bins):
    edges = np.linspace(0, 1, bins + 1)
    sure, _ = np.histogram(confidence, edges, weights=confidence)
    hits, _ = np.histogram(confidence, edges, weights=right)
    return np.abs(sure - hits).sum() / len(confidence)
