# says: changed its input
import torch


def answer(logits, label):
    logits -= logits.max()
    return torch.log(torch.exp(logits).sum()) - logits[label]
