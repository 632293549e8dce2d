# says: expected 1, got 0
import torch


def answer(labels, predicted, classes):
    table = torch.zeros(classes, classes)
    for i in range(len(labels) - 1):
        table[labels[i], predicted[i]] += 1
    return table
