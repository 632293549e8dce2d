# says: It stopped with UnboundLocalError
import torch


def answer(x, weights):
    for number in range(len(weights)):
        w = weights[number]
        y = x + torch.relu(x @ w)
        x = y
    return y
