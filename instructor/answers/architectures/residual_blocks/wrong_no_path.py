# says: at [0, 0] expected 5, got 4
import torch


def answer(x, weights):
    for w in weights:
        x = torch.relu(x @ w)
    return x
