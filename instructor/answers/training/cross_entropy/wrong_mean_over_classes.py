# says: Expected 0.12693, got 1.1269
import torch


def answer(logits, label):
    return -torch.log_softmax(logits, dim=0).mean()
