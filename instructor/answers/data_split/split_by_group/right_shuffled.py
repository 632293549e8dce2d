import numpy as np


def answer(groups):
    animals = np.random.permutation(np.unique(groups))
    return np.isin(groups, animals[: len(animals) // 3])
