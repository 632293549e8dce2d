"""The first knob: which learning rate, and how it changes during a training."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from .imageset import ImageSet
from .models import Classifier
from .names import pick

if TYPE_CHECKING:
    import pandas as pd


def constant(optimizer: Optimizer, lr: float, epochs: int, steps: int) -> LRScheduler:
    """The same rate all the way."""
    return lr_scheduler.ConstantLR(optimizer, factor=1)


def step(optimizer: Optimizer, lr: float, epochs: int, steps: int) -> LRScheduler:
    """A tenth of the rate after every 5 epochs: the classic worked example starts at 1e-3."""
    return lr_scheduler.StepLR(optimizer, step_size=5 * steps, gamma=0.1)


def cosine(optimizer: Optimizer, lr: float, epochs: int, steps: int) -> LRScheduler:
    """From the full rate down to 0 along half a cosine (Loshchilov and Hutter 2017, SGDR, equation 5)."""
    return lr_scheduler.CosineAnnealingLR(optimizer, T_max=epochs * steps)


def one_cycle(optimizer: Optimizer, lr: float, epochs: int, steps: int) -> LRScheduler:
    """Up to the full rate in the first 30 % of the steps, then down to nearly 0 (Smith and Topin 2018).

    While the rate climbs, AdamW's first momentum falls from 0.95 to 0.85, and back again as it falls.
    """
    return lr_scheduler.OneCycleLR(optimizer, max_lr=lr, total_steps=epochs * steps)


# optimizer, lr, epochs, steps per epoch → a scheduler that is stepped after every batch
SCHEDULES: dict[str, Callable[[Optimizer, float, int, int], LRScheduler]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one_cycle": one_cycle,
}


def schedule(name: str, optimizer: Optimizer, lr: float, epochs: int, steps: int) -> LRScheduler:
    """The scheduler called `name` for `epochs` of `steps` batches; ValueError for a name not in SCHEDULES."""
    return pick(SCHEDULES, name, "schedule")(optimizer, lr, epochs, steps)


def rates(name: str, lr: float, epochs: int, steps: int = 20) -> np.ndarray:
    """The learning rate at every step of a training, float64 [epochs · steps]: for looking at a schedule."""
    optimizer = SGD([nn.Parameter(torch.zeros(1))], lr=lr)
    scheduler = schedule(name, optimizer, lr, epochs, steps)
    seen = []
    for _ in range(epochs * steps):
        seen.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return np.array(seen)


@dataclass(frozen=True, eq=False, repr=False)
class RangeTest:
    """Loss against learning rate while the rate grows with every batch.

    table      DataFrame of one row per batch: lr, loss, smoothed (running mean)
    suggested  a tenth of the first rate at which the smoothed loss came within 5 % of its lowest: the floor is flat,
               and where on it the lowest point lies is chance
    """

    table: pd.DataFrame
    suggested: float

    def __repr__(self) -> str:
        return f"RangeTest({len(self.table)} rates, suggested {self.suggested:.1e})"


def range_test(
    model: Classifier,
    train: ImageSet,
    *,
    lowest: float = 1e-5,
    highest: float = 10.0,
    steps: int = 100,
    batch_size: int = 32,
    weight_decay: float = 0.05,
    seed: int = 0,
) -> RangeTest:
    """Which learning rates this network can take: a rate per batch, from `lowest` to `highest`, on a copy of it.

    Smith 2017, Cyclical Learning Rates, section 3.3; the rates grow by a constant factor and the test ends where the
    loss is 4 times its lowest, as fastai does. `model` is left as it was. Raises ValueError for an empty set, rates
    that do not grow, or fewer than 10 steps.
    """
    if not len(train) or not 0 < lowest < highest or steps < 10:
        raise ValueError(
            f"a range test needs images, 0 < lowest < highest and at least 10 steps; got {len(train)} images, "
            f"{lowest} to {highest}, {steps} steps: give the train part and leave the rest out"
        )
    model = copy.deepcopy(model).train()
    criterion = nn.CrossEntropyLoss()
    optimizer = AdamW([p for p in model.parameters() if p.requires_grad], lr=lowest, weight_decay=weight_decay)
    rows, mean, device = [], 0.0, model.mean.device
    with torch.random.fork_rng(devices=[]):  # the caller's random state stays what it was
        torch.manual_seed(seed)
        for i, lr in enumerate(np.geomspace(lowest, highest, steps).tolist()):
            optimizer.param_groups[0]["lr"] = lr
            batch = torch.randint(len(train), (batch_size,))
            loss = criterion(model(train.images[batch].to(device)), train.labels[batch].to(device))
            value = float(loss.detach())
            mean = 0.9 * mean + 0.1 * value
            smoothed = mean / (1 - 0.9 ** (i + 1))  # a running mean that began at 0 is too low at first
            if not math.isfinite(value) or (i >= 10 and smoothed > 4 * min(row["smoothed"] for row in rows)):
                break
            rows.append({"lr": lr, "loss": value, "smoothed": smoothed})
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return _suggest(rows)


def _suggest(rows: list[dict[str, float]]) -> RangeTest:
    import pandas as pd

    table = pd.DataFrame(rows)
    near_the_floor = table["smoothed"] <= 1.05 * table["smoothed"].min()
    return RangeTest(table, float(table["lr"][near_the_floor.idxmax()]) / 10)
