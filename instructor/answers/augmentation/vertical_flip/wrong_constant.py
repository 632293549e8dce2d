# says: numbers differ
import torch


def answer(images):
    return torch.zeros_like(images)
