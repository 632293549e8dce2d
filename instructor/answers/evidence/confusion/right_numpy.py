import numpy as np


def answer(labels, predicted, classes):
    table = np.zeros((classes, classes), dtype=int)
    np.add.at(table, (labels.numpy(), predicted.numpy()), 1)
    return table
