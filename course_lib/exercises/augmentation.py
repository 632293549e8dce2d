"""The exercises of 02 · Augmentation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from .noun import choice, function, number


def _images(generator: np.random.Generator, *shape: int) -> Tensor:
    """uint8 images in which no two neighbours have the same value, so that every wrong move shows."""
    steps = generator.integers(20, 110, shape)
    return torch.from_numpy(((steps.cumsum(-1) + steps.cumsum(-2) + steps) % 256).astype(np.uint8))


def _batches(generator: np.random.Generator) -> Iterator[tuple[Tensor]]:
    for shape in ((1, 1, 2, 1), (1, 2, 3, 2), (1, 3, 8, 6), (2, 3, 5, 4), (3, 1, 4, 7)):
        yield (_images(generator, *shape),)


def _flipped(images: Tensor) -> Tensor:
    rows = list(range(images.shape[2]))[::-1]
    return torch.stack([images[:, :, row] for row in rows], 2)


def _pairs_of_batches(generator: np.random.Generator) -> Iterator[tuple]:
    """Two batches that have bright pixels where the other is dark, with one-hot labels, and the share of the second."""
    for n, channels, height, width, classes in ((1, 1, 1, 2, 2), (2, 1, 2, 3, 3), (2, 3, 6, 5, 4), (3, 3, 4, 4, 2)):
        first, second = _images(generator, n, channels, height, width), _images(generator, n, channels, height, width)
        first[..., 0], second[..., 0] = 250, 10
        first[..., 1], second[..., 1] = 20, 240
        labels = generator.integers(0, classes, n)
        others = (labels + 1 + generator.integers(0, classes - 1, n)) % classes
        one_hot = torch.eye(classes)
        share = round(float(generator.uniform(0.1, 0.4)), 2)
        yield first, one_hot[torch.from_numpy(labels)], second, one_hot[torch.from_numpy(others)], share


def _mixed(images: Tensor, targets: Tensor, others: Tensor, other_targets: Tensor, share: float) -> tuple:
    both = ((images.numpy(), others.numpy()), (targets.numpy(), other_targets.numpy()))
    return tuple(np.average(np.stack(pair).astype(float), axis=0, weights=(1 - share, share)) for pair in both)


EXERCISES = (
    function(
        "augmentation.vertical_flip",
        asks="Write vertical_flip(images), which turns uint8 [N, C, H, W] upside down and keeps what it is given.",
        shows="Rows run along H, the third of four dimensions: their order changes, no pixel does.",
        hints=(
            "In [N, C, H, W] every letter is a dimension, and its place in the row is its number. Which one counts the "
            "rows of an image, from top to bottom?",
            "It is H, number 2 when you count from 0, or number -2 from the end. Only its order has to be reversed.",
            "A tensor has .flip(number of the dimension); an array has [:, :, ::-1].",
        ),
        solution="def vertical_flip(images):\n    return images.flip(-2)",
        cases=_batches,
        expected=_flipped,
    ),
    number(
        "augmentation.two_mirrors",
        asks="Each image is mirrored left and right with probability 0.5, and top and bottom too. Which "
        "share of the images is changed?",
        shows="Only images that escape both mirrors stay, ½ × ½ of them: with every further step fewer images are left "
        "as they are.",
        hints=(
            "Do not count the changed images; count those that nothing happens to.",
            "Half of the images escape the first mirror. Which part of that half escapes the second one too?",
            "½ × ½ = ¼ of the images stay as they are. All others are changed.",
        ),
        solution="my_share = 1 - 0.5 * 0.5",
        expected=0.75,
        tolerance=0.01,
        near="Nearly. No need to round: half of a half of the images stay as they are.",
        why={
            1.0: "½ + ½ counts the images that get both mirrors twice.",
            0.5: "That is the share of each mirror alone; the second one also changes images that the first left.",
            0.25: "That is the share that gets both mirrors, and also the share that gets none. Changed by any?",
            75.0: "A share lies between 0 and 1: write 0.75, or '75 %'.",
        },
    ),
    function(
        "augmentation.mixup",
        asks="Write mixup(images, targets, others, other_targets, share), which lays `others` over `images`, counting "
        "`share` (0…1), blends the targets [N, K] in the same way, and returns both, not rounded.",
        shows="Image and label are blended by the same share, so the label says what is to be seen.",
        hints=(
            "Think of one pixel. If the other image counts 0.3, how much does the first one count?",
            "A weighted mean: (1 - share) times the one plus share times the other. The same for the targets.",
            "Both at the end: return (1 - share) * images + share * others, and the same with targets and "
            "other_targets. Do not subtract uint8 images: below 0 they begin again at 255.",
        ),
        solution="def mixup(images, targets, others, other_targets, share):\n"
        "    mixed = (1 - share) * images + share * others\n"
        "    return mixed, (1 - share) * targets + share * other_targets",
        cases=_pairs_of_batches,
        expected=_mixed,
    ),
    choice(
        "augmentation.safe_for_signs",
        asks="A network tells traffic signs apart: keep left, keep right, speed limits, stop. Choose every change "
        "that keeps the class of all of them, and say why the others do not.",
        shows="A change is safe if the camera could have made it and the class stays: another place, another light.",
        hints=(
            "Imagine a sign after each change. Would a driver still do the same?",
            "Two changes turn an arrow round, one makes a 9 of a 6, and one takes away what red and blue say.",
            "What is left happens on every road: the sign stands elsewhere in the photo, or the sun is gone.",
        ),
        solution='my_choice = {"small shift", "other light"}\n'
        'my_reason = "Mirrors and half turns change what arrows and numbers say; the hue says what kind it is."',
        options=("hflip", "vflip", "half turn", "small shift", "other light", "other hue"),
        expected={"small shift", "other light"},
        why={
            "hflip": "Mirrored left and right, keep left says keep right.",
            "vflip": "Upside down, an arrow that points up points down, and no camera sees a sign so.",
            "half turn": "After half a turn keep left says keep right, and a 6 is a 9.",
            "other hue": "The colour is a part of what a sign says: red forbids, blue tells you what to do.",
        },
        justify=True,
    ),
)
