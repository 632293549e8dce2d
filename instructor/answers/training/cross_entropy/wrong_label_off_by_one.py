# says: Expected 0.12693, got 2.1269
import torch


def answer(logits, label):
    return torch.logsumexp(logits, 0) - logits[label - 1]
