import numpy as np


def answer(lr, epochs, every):
    return lr / 10.0 ** (np.arange(epochs) // every)
