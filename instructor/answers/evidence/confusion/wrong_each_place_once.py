# says: at [0, 1] expected 2, got 1
import torch


def answer(labels, predicted, classes):
    table = torch.zeros(classes, classes)
    table[labels, predicted] += 1
    return table
