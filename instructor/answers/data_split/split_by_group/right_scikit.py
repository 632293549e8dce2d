import numpy as np
from sklearn.model_selection import GroupShuffleSplit


def answer(groups):
    cut = GroupShuffleSplit(test_size=len(set(groups)) // 3)
    _, test_rows = next(cut.split(groups, groups=groups))
    mask = np.zeros(len(groups), dtype=int)
    mask[test_rows] = 1
    return mask
