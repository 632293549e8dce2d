import torch


def answer(lr, epochs, every):
    falls = torch.arange(epochs).div(every, rounding_mode="floor")
    return lr / 10.0**falls
