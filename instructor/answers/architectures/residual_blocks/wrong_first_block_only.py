# says: at [0, 1] expected 4, got -1
import torch


def answer(x, weights):
    for w in weights:
        return x + torch.relu(x @ w)
    return x
