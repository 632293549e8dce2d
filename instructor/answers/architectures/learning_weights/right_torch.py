import torch

FROZEN = {"scratch": False, "random features": True, "linear probe": True, "fine-tune": False}


def answer(sizes, way):
    total = torch.tensor(0)
    for name in sizes:
        if FROZEN[way] and not name.startswith("head."):
            continue
        total = total + sizes[name]
    return total
