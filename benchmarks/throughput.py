"""How close is `training.fit` to the machine's limit? `python -m benchmarks.throughput [--policy shift]`

The limit: forward, backward and step of the same network with the same optimizer, on one batch that is normalised
and in memory already, channels_last. `fit` does the same work and all the rest: shuffling, picking the batch,
normalising, label smoothing, the schedule, accuracy, validation, keeping the best weights. Both take turns in one
run, because these figures move with whatever else the machine is doing. With `--policy`, `fit` augments as well.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time

import torch
from torch import nn

from course_lib import models, training
from course_lib.augment import Policy
from course_lib.imageset import ImageSet

BATCH = 128
STEPS = {(1, 8, 8): 200, (1, 28, 28): 100, (3, 32, 32): 80, (3, 64, 64): 24}  # 2 to 4 seconds each on 2 cores

POLICIES = {  # crop and flip, as the pad-and-crop of CIFAR recipes and as a box that is enlarged again
    "none": None,
    "shift": Policy(hflip=0.5, shift=0.12, name="shift"),
    "crop_resize": Policy(hflip=0.5, crop_resize=0.3, name="crop_resize"),
}


def noise(n: int, shape: tuple[int, int, int]) -> ImageSet:
    """`n` images of uniform noise with random labels: the speed does not depend on what they show."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (n, *shape), dtype=torch.uint8, generator=generator)
    return ImageSet(images, torch.randint(0, 10, (n,), generator=generator), tuple("0123456789"))


def seconds_of_limit(train: ImageSet, steps: int) -> float:
    """Seconds for `steps` steps of the bare network on one resident batch."""
    model = models.build("small_cnn", train)
    network = nn.Sequential(model.backbone, model.head).train()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3, fused=True)
    inputs, targets = model.normalise(train.images[:BATCH]), train.labels[:BATCH]
    criterion = nn.CrossEntropyLoss()
    started = time.perf_counter()
    for _ in range(steps):
        loss = criterion(network(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return time.perf_counter() - started


def seconds_of_fit(train: ImageSet, val: ImageSet, policy: Policy | None) -> float:
    """Seconds of one whole `fit` of one epoch, validation and all."""
    model = models.build("small_cnn", train)
    started = time.perf_counter()
    training.fit(model, train, val, epochs=1, batch_size=BATCH, policy=policy)
    return time.perf_counter() - started


def main() -> None:
    """Print images/s of both and their ratio for the four sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--policy", choices=POLICIES, default="none", help="what `fit` does to the train images")
    asked = parser.parse_args()
    rounds, policy = asked.rounds, POLICIES[asked.policy]
    os.environ.setdefault("TQDM_DISABLE", "1")
    print(f"{'input':>10} {'limit/s':>10} {'fit/s':>10} {'ratio':>6} {'lowest':>7} {'highest':>8}")
    for shape, steps in STEPS.items():
        train, val = noise(BATCH * steps, shape), noise(BATCH, shape)
        seconds_of_limit(train, 3), seconds_of_fit(train[: 3 * BATCH], val, policy)  # warm up
        pairs = []
        for turn in range(rounds):  # who goes first has the colder memory, so they take turns at that too
            first = seconds_of_limit(train, steps) if turn % 2 else None
            whole = seconds_of_fit(train, val, policy)
            pairs.append((first or seconds_of_limit(train, steps), whole))
        limit, fit = (len(train) / statistics.median(s) for s in zip(*pairs, strict=True))
        ratios = sorted(bare / whole for bare, whole in pairs)
        name = "×".join(map(str, shape))
        print(
            f"{name:>10} {limit:>10,.0f} {fit:>10,.0f} {statistics.median(ratios):>6.2f} "
            f"{ratios[0]:>7.2f} {ratios[-1]:>8.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
