import torch

answer = torch.tensor(20 * len(torch.randperm(1000).split(64)))
