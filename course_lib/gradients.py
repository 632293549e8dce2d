"""How much of the gradient reaches each layer: what one batch would change, from the first layer to the last."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .models import Classifier

if TYPE_CHECKING:
    import pandas as pd

LAYERS = (nn.Conv2d, nn.Linear)


def by_layer(model: Classifier, images: Tensor, labels: Tensor) -> pd.DataFrame:
    """The gradient of each convolution and linear layer for one batch, in the order in which the images pass them.

    images uint8 [N, C, H, W], labels int64 [N], N ≥ 2. A row per layer: depth (from 1), layer (its name), kind
    ("Conv2d" or "Linear"), gradient (Euclidean norm of the gradient of the mean cross-entropy by its weights),
    weights (norm of the weights themselves). The model is left as it was: no weight, statistic or mode changes.
    Raises ValueError for fewer than two images, as the batch's own statistics normalise it.
    """
    import pandas as pd

    if len(images) < 2 or len(images) != len(labels):
        raise ValueError(
            f"a gradient needs a batch of at least two images with a label each; got {len(images)} images and "
            f"{len(labels)} labels: give it 32 of each"
        )
    twin = copy.deepcopy(model).requires_grad_(True).train()
    names = {layer: name for name, layer in twin.named_modules() if isinstance(layer, LAYERS)}
    passed: list[nn.Module] = []  # appended to by each layer as the images pass it
    for layer in names:
        layer.register_forward_pre_hook(lambda layer, _: passed.append(layer))
    loss = F.cross_entropy(twin(images.to(twin.mean.device)), labels.to(twin.mean.device))
    weights = [layer.weight for layer in passed]
    gradients = torch.autograd.grad(loss, weights)
    return pd.DataFrame(
        {
            "depth": range(1, len(passed) + 1),
            "layer": [names[layer] for layer in passed],
            "kind": [type(layer).__name__ for layer in passed],
            "gradient": [float(gradient.norm()) for gradient in gradients],
            "weights": [float(weight.detach().norm()) for weight in weights],
        }
    )
