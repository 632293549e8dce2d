import torch

sure = torch.tensor([0.99, 0.96, 0.91, 0.84, 0.79, 0.71, 0.66, 0.58, 0.52, 0.45])
right = torch.tensor([1.0, 1, 0, 1, 1, 0, 1, 0, 1, 0])
answer = right[sure >= 0.8].mean()
