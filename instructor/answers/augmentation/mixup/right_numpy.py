import numpy as np


def answer(images, targets, others, other_targets, share):
    first, second = np.asarray(images, dtype=np.float32), np.asarray(others, dtype=np.float32)
    target = np.asarray(targets) * (1 - share) + np.asarray(other_targets) * share
    return first + share * (second - first), target
