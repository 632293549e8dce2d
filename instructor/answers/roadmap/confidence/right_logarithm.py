import torch


def answer(scores):
    return torch.exp(scores.max() - torch.logsumexp(scores, 0)).item()
