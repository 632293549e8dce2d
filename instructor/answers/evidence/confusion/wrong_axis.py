# says: at [0, 1] expected 1, got 0
import torch


def answer(labels, predicted, classes):
    table = torch.zeros(classes, classes)
    for true, said in zip(labels, predicted, strict=True):
        table[said, true] += 1
    return table
