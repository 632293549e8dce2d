from torch import nn

answer = nn.Conv2d(16, 32, 3, bias=False).weight.numel()
