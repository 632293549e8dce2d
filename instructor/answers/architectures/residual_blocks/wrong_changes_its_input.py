# says: changed its input
import torch


def answer(x, weights):
    for w in weights:
        x += torch.relu(x @ w)
    return x
