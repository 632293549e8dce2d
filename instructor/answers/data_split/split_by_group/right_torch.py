import torch


def answer(groups):
    names = list(dict.fromkeys(groups))
    codes = torch.tensor([names.index(animal) for animal in groups])
    return codes * 3 < len(names)
