# says: The shape should be [3, 3], it is [2, 2]
import numpy as np


def answer(labels, predicted, classes):
    size = max(labels.max(), predicted.max()) + 1
    table = np.zeros((size, size))
    np.add.at(table, (labels.numpy(), predicted.numpy()), 1)
    return table
