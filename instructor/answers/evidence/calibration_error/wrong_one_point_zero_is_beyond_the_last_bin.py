# says: IndexError
import torch


def answer(confidence, right, bins):
    gaps = torch.zeros(bins).index_add(0, (confidence * bins).long(), confidence - right)
    return gaps.abs().sum() / len(confidence)
