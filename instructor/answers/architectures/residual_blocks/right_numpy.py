import numpy as np


def answer(x, weights):
    features = np.array(x)
    for w in np.array(weights):
        features += np.maximum(features @ w, 0)
    return features
