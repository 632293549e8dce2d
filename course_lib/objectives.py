"""What training minimises when classes are not equally many: a weighted loss, the focal loss, balanced sampling."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .names import pick

GAMMA = 2.0  # Lin et al. 2017, table 1b: the best of those tried


class WeightedLoss(nn.Module):
    """Cross-entropy in which every image counts as much as its class weighs: mean of weight · loss.

    Takes logits float [N, K], and targets as labels int64 [N] or as shares float [N, K]. torch's own `weight=` weighs
    each term of a smoothed target by its class instead: at 19 : 1 it would want every common image to be a third rare.
    """

    def __init__(self, weights: Tensor, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.register_buffer("weights", weights.clone())
        self.label_smoothing = label_smoothing

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        each = self.weights[targets] if targets.ndim == 1 else targets @ self.weights
        return (each * F.cross_entropy(logits, targets, label_smoothing=self.label_smoothing, reduction="none")).mean()


class FocalLoss(nn.Module):
    """Cross-entropy in which an image counts the less, the surer the network is of its class: (1 − p)^γ · loss.

    Lin et al. 2017, Focal Loss for Dense Object Detection, equation 4. Takes logits float [N, K], and targets as
    labels int64 [N] or as shares float [N, K]; p is the probability of what is true, before any label smoothing.
    """

    def __init__(self, gamma: float = GAMMA, label_smoothing: float = 0.0) -> None:
        super().__init__()
        self.gamma, self.label_smoothing = gamma, label_smoothing

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        shares = F.one_hot(targets, logits.shape[1]).to(logits) if targets.ndim == 1 else targets
        p = (logits.softmax(1) * shares).sum(1)
        each = F.cross_entropy(logits, shares, label_smoothing=self.label_smoothing, reduction="none")
        return ((1 - p).pow(self.gamma) * each).mean()


def class_weights(labels: Tensor, classes: int) -> Tensor:
    """float32 [K]: N / (K · images of the class), so that each class weighs as much as any other (King and Zeng 2001).

    Every class needs an image, which `fit` has made sure of.
    """
    return len(labels) / (classes * torch.bincount(labels, minlength=classes).float())


class Objective(NamedTuple):
    """What a training minimises.

    loss      of a batch: logits float [B, K] and labels int64 [B], or shares float [B, K] → a number
    val_loss  the same question put to the val part, which is never resampled
    draw      how often to draw each train image, float32 [N]; None: each once per epoch
    """

    loss: nn.Module
    val_loss: nn.Module
    draw: Tensor | None = None


def cross_entropy(labels: Tensor, classes: int, smoothing: float) -> Objective:
    """Every image counts the same, so a class of 95 % of the images has 95 % of the say."""
    return Objective(*(nn.CrossEntropyLoss(label_smoothing=smoothing) for _ in range(2)))


def weighted(labels: Tensor, classes: int, smoothing: float) -> Objective:
    """Every class counts the same: the images of a rare one weigh more."""
    return Objective(*(WeightedLoss(class_weights(labels, classes), smoothing) for _ in range(2)))


def sampling(labels: Tensor, classes: int, smoothing: float) -> Objective:
    """Every class comes equally often: the images of a rare one are drawn several times an epoch."""
    weights = class_weights(labels, classes)
    return Objective(nn.CrossEntropyLoss(label_smoothing=smoothing), WeightedLoss(weights, smoothing), weights[labels])


def focal(labels: Tensor, classes: int, smoothing: float) -> Objective:
    """Every image counts by how unsure the network is of it."""
    return Objective(*(FocalLoss(label_smoothing=smoothing) for _ in range(2)))


# train labels int64 [N], K, label smoothing → Objective
BALANCE: dict[str, Callable[[Tensor, int, float], Objective]] = {
    "none": cross_entropy,
    "weighted": weighted,
    "sampling": sampling,
    "focal": focal,
}


def make(balance: str, labels: Tensor, classes: int, smoothing: float) -> Objective:
    """The Objective for labels int64 [N] on the CPU; ValueError for a name that is not in BALANCE."""
    return pick(BALANCE, balance, "way to balance classes")(labels, classes, smoothing)
