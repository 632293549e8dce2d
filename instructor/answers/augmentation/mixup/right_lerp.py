import torch


def answer(images, targets, others, other_targets, share):
    return torch.lerp(images.float(), others.float(), share), torch.lerp(targets, other_targets, share)
