import numpy as np


def answer(images):
    return np.asarray(images)[:, :, ::-1]
