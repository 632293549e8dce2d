import torch


def answer(labels, predicted, classes):
    return torch.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)
