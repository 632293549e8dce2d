# says: are on both sides
import numpy as np


def answer(groups):
    rows = np.random.default_rng(0).permutation(len(groups))
    return rows < len(groups) / 3
