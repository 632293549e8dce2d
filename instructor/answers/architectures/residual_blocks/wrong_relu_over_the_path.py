# says: at [0, 1] expected -2, got 0
import torch


def answer(x, weights):
    for w in weights:
        x = torch.relu(x + x @ w)
    return x
