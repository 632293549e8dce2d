# says: gives infinity
import torch


def answer(logits, label):
    return -torch.log(torch.softmax(logits, dim=0)[label])
