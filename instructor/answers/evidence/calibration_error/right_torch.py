import torch


def answer(confidence, right, bins):
    which = (confidence * bins).long().clamp(max=bins - 1)
    gaps = [confidence[which == i].sum() - right[which == i].sum() for i in which.unique()]
    return torch.stack(gaps).abs().sum() / len(confidence)
