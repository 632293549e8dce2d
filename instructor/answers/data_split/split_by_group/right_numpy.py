import numpy as np


def answer(groups):
    animals = np.unique(groups)
    return np.isin(groups, animals[::3])
