import numpy as np


def answer(confusion):
    images = np.sum(confusion.numpy(), axis=1)
    return np.divide(confusion.diagonal(), images, out=np.zeros(len(images)), where=images > 0)
