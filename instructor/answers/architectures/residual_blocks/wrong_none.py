# says: not attempted yet
import torch


def answer(x, weights):
    for w in weights:
        x = x + torch.relu(x @ w)
