"""Neighbours: which train images does the model find most like this one?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from .imageset import ImageSet
from .models import Classifier, features

CHUNK = 1024  # images compared at once, so that memory grows with `among` alone


@dataclass(frozen=True, eq=False, repr=False)
class Neighbours:
    """The n images of `among` that the model finds most like each of N images.

    images      the N images that neighbours were looked for
    among       the images they were looked for in
    rows        int64 [N, n], row numbers of `among`, the most alike first
    similarity  float32 [N, n], -1…1: cosine of the angle between the features; 1 is the same direction
    """

    images: ImageSet
    among: ImageSet
    rows: Tensor
    similarity: Tensor

    @property
    def labels(self) -> Tensor:
        """The labels of the neighbours, int64 [N, n]."""
        return self.among.labels[self.rows]

    def __repr__(self) -> str:
        return f"Neighbours({self.rows.shape[1]} of each image, among {len(self.among):,} of {self.among.name})"


def nearest(model: Classifier, images: ImageSet, among: ImageSet, n: int = 5) -> Neighbours:
    """The `n` images of `among`, mostly the train part, nearest to each of `images` in the feature space of `model`.

    Features are compared by direction, not by length (cosine similarity). An image that is in both is its own nearest.
    Raises ValueError for n outside 1…len(among), and for images of another size than the model takes.
    """
    if not 1 <= n <= len(among):
        raise ValueError(f"n must be from 1 to the {len(among)} images of {among.name}; got {n}: 5 reads well")
    known = F.normalize(features(model, among.images))
    asked = F.normalize(features(model, images.images))
    best = [(chunk @ known.T).topk(n) for chunk in asked.split(CHUNK)]
    similarity = torch.cat([found.values for found in best]).clamp(-1, 1)
    return Neighbours(images, among, torch.cat([found.indices for found in best]), similarity)
