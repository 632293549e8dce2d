# says: at [0, 0] expected 4, got 3
import torch


def answer(x, weights):
    y = x
    for w in weights:
        y = torch.relu(y @ w)
    return x + y
