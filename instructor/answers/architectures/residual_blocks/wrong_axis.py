# says: at [0, 0] expected 4, got 10
import torch


def answer(x, weights):
    for w in weights:
        x = x + torch.relu(x @ w.T)
    return x
