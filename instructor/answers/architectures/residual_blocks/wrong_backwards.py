# says: at [0, 0] expected 4, got 12
import torch


def answer(x, weights):
    for w in weights.flip(0):
        x = x + torch.relu(x @ w)
    return x
