import torch
from torch.nn import functional as F


def answer(logits, label):
    return F.cross_entropy(logits[None], torch.tensor([label]))
