# says: It changed its input `labels`
import torch


def answer(labels, predicted, classes):
    labels *= classes
    labels += predicted
    return torch.bincount(labels, minlength=classes * classes).view(classes, classes)
