import torch

answer = torch.tensor(15.7)
