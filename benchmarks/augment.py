"""How much faster is a batched Policy than torchvision's v2 image by image? `python -m benchmarks.augment`

Both get the same batch of 128 uint8 images 3×32×32 in memory and do the same operations at the same strengths. They
take turns in one run, because these figures move with whatever else the machine is doing.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torchvision.transforms import InterpolationMode, v2

from course_lib.augment import Policy

WANTED = 10  # times as many images per second as a per-image pipeline
BATCH, SIDE = 128, 32
FLIP = v2.RandomHorizontalFlip()
CROP = v2.RandomResizedCrop(SIDE, scale=(0.6, 1.0), ratio=(1.0, 1.0))
TURN = v2.RandomRotation(18, interpolation=InterpolationMode.BILINEAR)
COLOUR, HUE = v2.ColorJitter(0.3, 0.3, 0.3), v2.ColorJitter(hue=0.1)
ERASE = v2.RandomErasing(p=1.0, scale=(0.02, 0.1), ratio=(1.0, 1.0))
LIGHT = {"brightness": 0.3, "contrast": 0.3, "saturation": 0.3}

PIPELINES: dict[str, tuple[Policy, Callable[[Tensor], Tensor]]] = {
    "shift + flip": (Policy(shift=0.125, hflip=0.5), v2.Compose([v2.RandomCrop(SIDE, padding=4), FLIP])),
    "crop + flip": (Policy(crop_resize=0.3, hflip=0.5), v2.Compose([CROP, FLIP])),
    "flip + crop + colour": (
        Policy(hflip=0.5, crop_resize=0.3, **LIGHT),
        v2.Compose([FLIP, CROP, COLOUR]),
    ),
    "flip + crop + rotate + colour + hue + cutout": (
        Policy(hflip=0.5, crop_resize=0.3, rotate=0.1, **LIGHT, hue=0.2, cutout=0.3),
        v2.Compose([FLIP, CROP, TURN, COLOUR, HUE, ERASE]),
    ),
}


def batched(policy: Policy, images: Tensor, generator: torch.Generator) -> Tensor:
    """The batch through a Policy, drawing included."""
    labels = torch.zeros(len(images), dtype=torch.long)
    return policy.apply(images, labels, policy.draw(len(images), generator))[0]


def one_by_one(pipeline: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """The batch image by image, as a torchvision Dataset with a transform does it."""
    return torch.stack([pipeline(image) for image in images])


def seconds(work: Callable[[], Tensor]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    """Print images/s of both and their ratio for each pipeline; 1 if one of them is under WANTED."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=31)
    rounds = parser.parse_args().rounds
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (BATCH, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    print(f"{'operations':<46} {'Policy/s':>10} {'v2/s':>8} {'ratio':>6}")
    lowest = float("inf")
    for name, (policy, pipeline) in PIPELINES.items():
        pairs = []
        for _ in range(rounds):
            whole = seconds(lambda p=policy: batched(p, images, generator))
            pairs.append((whole, seconds(lambda p=pipeline: one_by_one(p, images))))
        ours, theirs = (BATCH / statistics.median(times) for times in zip(*pairs[2:], strict=True))
        print(f"{name:<46} {ours:>10,.0f} {theirs:>8,.0f} {ours / theirs:>6.1f}", flush=True)
        lowest = min(lowest, ours / theirs)
    return 0 if lowest >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
