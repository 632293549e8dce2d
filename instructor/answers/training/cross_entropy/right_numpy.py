import numpy as np


def answer(logits, label):
    shifted = np.asarray(logits, dtype=np.float64)
    shifted = shifted - shifted.max()
    return np.log(np.exp(shifted).sum()) - shifted[label]
