# says: Expected 0.12693, got 0.1192
import torch


def answer(logits, label):
    return 1 - torch.softmax(logits, dim=0)[label]
