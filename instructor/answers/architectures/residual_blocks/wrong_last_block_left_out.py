# says: at [0, 0] expected 5, got 1
import torch


def answer(x, weights):
    for w in weights[:-1]:
        x = x + torch.relu(x @ w)
    return x
