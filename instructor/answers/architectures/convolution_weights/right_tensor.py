import torch

answer = torch.tensor(4608.0)
