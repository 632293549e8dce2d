# says: bias
from torch import nn

answer = sum(weights.numel() for weights in nn.Conv2d(16, 32, 3).parameters())
