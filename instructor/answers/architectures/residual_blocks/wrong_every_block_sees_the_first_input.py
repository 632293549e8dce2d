# says: at [0, 1] expected 4, got 3
import torch


def answer(x, weights):
    y = x.clone()
    for w in weights:
        y += torch.relu(x @ w)
    return y
