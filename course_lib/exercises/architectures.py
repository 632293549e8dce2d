"""The exercises of notebook 03: what pixels mislead, what a convolution costs, and what paths and a probe do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from .noun import choice, found, function, number

if TYPE_CHECKING:
    from ..splits import Split


@cache
def _split() -> Split:
    """The split of notebook 03, made anew: an answer names rows of it."""
    from .. import datasets, splits

    return splits.make(datasets.load("critters", n=900, seed=3), val=0.45, test=0.1, seed=0, by="group")


def _misled(answer: Any) -> str:
    """Whether the pair [row of val, row of train] is an image that its nearest neighbour by pixels misleads."""
    if not isinstance(answer, list) or len(answer) != 2 or any(int(row) != row for row in answer):
        return "The answer is a pair of two whole numbers: the row of the val image, then the row of the train image."
    here, there = (int(row) for row in answer)
    train, val = _split().train, _split().val
    for row, part, name in ((here, val, "val"), (there, train, "train")):
        if not 0 <= row < len(part):
            return f"{name} has the rows 0 to {len(part) - 1}; got {row}."
    distances = (train.images.long() - val.images[here].long()).square().flatten(1).sum(1)
    nearest = int(distances.argmin())
    if distances[there] > distances[nearest]:
        return (
            f"Row {there} of train is not the nearest by pixels to row {here} of val: row {nearest} is nearer. Is the "
            "row of val the first of the pair?"
        )
    seen, like_it = val.facts.iloc[here], train.facts.iloc[there]
    if seen["species"] == like_it["species"]:
        return f"These two are nearest, but both are a {seen['species']}: pixels did not mislead here."
    if seen["background"] != like_it["background"]:
        places = f"{seen['background']} and {like_it['background']}"
        return f"These two are nearest and of two species, but their backgrounds differ: {places}."
    return ""


MISLED_BY_PIXELS = found(
    "architectures.misled_by_pixels",
    asks="Find an image of val whose nearest train image, by pixels, has the same background and another species.",
    shows="What is near in pixels shares a background; it takes a backbone to bring animals of a kind together.",
    hints=(
        "`here` has one row for each val image, and `there`, in the same order, one for the train image nearest to it. "
        "Which two columns of them have to be compared?",
        "You want a row where `species` differs and `background` is the same. `same_as_nearest` compares such columns.",
        '`there["species"].to_numpy() != here["species"].to_numpy()` is true where the species differ. Combine it with '
        "the same background by `&`; `.argmax()` gives the first row where both hold.",
    ),
    solution="""\
other_species = there["species"].to_numpy() != here["species"].to_numpy()
same_background = there["background"].to_numpy() == here["background"].to_numpy()
row = (other_species & same_background).argmax()
my_pair = (row, nearest[row])
""",
    accepts=_misled,
)

CONVOLUTION_WEIGHTS = number(
    "architectures.convolution_weights",
    asks="How many weights has a 3×3 convolution that turns 16 channels into 32, without a bias?",
    shows="Every output channel looks at every input channel, so the weights grow with the product of the two.",
    hints=(
        "How many numbers are in one 3×3 window? And how many pairs of an input and an output channel are there?",
        "There are 9 numbers in a window, and one window for every pair of channels.",
        "16 channels in and 32 channels out make 16 × 32 pairs. Multiply that by 9.",
    ),
    solution="my_number = 3 * 3 * 16 * 32\n",
    expected=4608,
    tolerance=0,
    near="Close, but a convolution without a bias has windows and nothing else: 9 numbers for every pair of channels.",
    why={
        144: "That is 9 for each input channel, as in a depthwise convolution: this one mixes the channels.",
        288: "That is 9 for each output channel, as if each looked at one input channel only: it looks at all 16.",
        432: "That is 9 for every channel, 16 + 32 of them: there are 9 for every pair, of one in and one out.",
        512: "That is one weight for every pair of channels: each pair has a window of 3×3.",
        1536: "That is 3 for every pair of channels: a window of 3×3 has more numbers than that.",
        4640: "32 too many: one bias for each output channel, and this convolution has none.",
    },
)


TOO_CLOSE = choice(
    "architectures.too_close",
    asks="On the same 400 val images A had 368 right and B had 364: which of the two is more accurate on new images?",
    shows="One point on 400 images is within the noise, so something else may decide: here the cost.",
    hints=(
        "How many images are between the two? Imagine that you had drawn 400 other images.",
        "92 % and 91 % of 400 images: each has a 95 % interval of almost 3 points to either side. Do the two overlap?",
        "The intervals overlap almost entirely. Which option says no more than that?",
    ),
    solution="""\
my_choice = "these images cannot say"
my_reason = "the intervals of both overlap: 4 images of 400 are within the noise"
""",
    options=("A is better", "B is better", "these images cannot say"),
    expected="these images cannot say",
    why={
        "A is better": "4 images of 400 are one point, and the interval of each accuracy reaches almost 3 points to "
        "either side: on other images the order may turn round.",
        "B is better": "B had 4 images fewer right, so nothing here says that it is more accurate.",
    },
    justify=True,
)


def _residual_cases(generator: np.random.Generator) -> Iterator[tuple[Tensor, Tensor]]:
    """Features float32 [N, D] and the weights float32 [L, D, D] of L blocks."""
    yield torch.tensor([[1.0, -2.0]]), torch.tensor([[[2.0, -1.0], [-1.0, 0.0]]])  # one image, two features, one block
    yield torch.tensor([[3.0, -1.0]]), torch.tensor([[[1.0, 0.0], [2.0, 1.0]], [[0.0, 1.0], [1.0, -1.0]]])
    yield torch.tensor([[1.0, -2.0], [0.5, 4.0]]), torch.zeros(0, 2, 2)  # no block
    yield torch.tensor([[1.0, -2.0, 3.0]]), torch.zeros(8, 3, 3)  # eight blocks that have learnt nothing yet
    for images, features, blocks in ((2, 3, 1), (3, 2, 3), (5, 4, 2)):
        x = generator.normal(size=(images, features))
        weights = generator.normal(size=(blocks, features, features)) / 2
        yield torch.tensor(x, dtype=torch.float32), torch.tensor(weights, dtype=torch.float32)


def _residual(x: Tensor, weights: Tensor) -> list[list[float]]:
    """Image by image and feature by feature, in float64."""
    rows = [[float(value) for value in row] for row in x]
    for block in weights.tolist():
        rows = [
            [row[j] + max(0.0, sum(v * block[i][j] for i, v in enumerate(row))) for j in range(len(row))]
            for row in rows
        ]
    return rows


RESIDUAL_BLOCKS = function(
    "architectures.residual_blocks",
    asks="Hand the features x [N, D] through all blocks: each adds its correction torch.relu(x @ w) to what came in.",
    shows="A block whose weights are 0 hands on what came in: a path loses nothing of the image, however many blocks "
    "there are.",
    hints=(
        "A block without a path would hand on `torch.relu(x @ w)` alone. What has to be added?",
        "Go through `weights` with a loop, one `w` after the other. What comes out of one block goes into the next.",
        "In the loop: `x = x + torch.relu(x @ w)`. Not `x += …`, which writes into the tensor of the caller.",
    ),
    solution="""\
def residual_blocks(x, weights):
    for w in weights:
        x = x + torch.relu(x @ w)
    return x
""",
    cases=_residual_cases,
    expected=_residual,
    tolerance=1e-4,
)


def _learning_cases(generator: np.random.Generator) -> Iterator[tuple[dict[str, int], str]]:
    """The size of each parameter by its name, and one of the four ways."""
    small = {"backbone.weight": 12, "head.weight": 4, "head.bias": 2}
    for way in ("linear probe", "fine-tune", "scratch", "random features"):
        yield small, way
    yield {"head.weight": 48, "head.bias": 3}, "linear probe"  # "linear": its pixels are the features
    yield {"head.weight": 15, "backbone.overhead.weight": 7, "backbone.head.bias": 50}, "linear probe"
    for way in ("random features", "scratch", "linear probe", "fine-tune"):
        names = [
            f"backbone.{layer}.{kind}" for layer in range(int(generator.integers(1, 4))) for kind in ("weight", "bias")
        ]
        names += ["head.0.weight", "head.0.bias", "head.2.weight"]
        sizes = 2 ** generator.permutation(len(names))  # no two sums of them are the same
        yield {name: int(size) for name, size in zip(names, sizes, strict=True)}, way


def _learning(sizes: Mapping[str, int], way: str) -> int:
    """All parameters, less those that are not of the head where the way freezes them."""
    frozen = {"scratch": False, "random features": True, "linear probe": True, "fine-tune": False}[way]
    rest = [size for name, size in sizes.items() if name.split(".")[0] != "head"]
    return sum(sizes.values()) - frozen * sum(rest)


LEARNING_WEIGHTS = function(
    "architectures.learning_weights",
    asks="Count the weights that learn: sizes holds how many each name has, way is a row of the table of four ways.",
    shows="A probe learns the few weights of the head, fine-tuning learns them all: few images can guide the one and "
    "not the other.",
    hints=(
        "Look at the table of the four ways: in which of them is the backbone frozen?",
        'Where it is frozen, only the weights whose name begins with "head." learn; otherwise all of them do.',
        "Add up `sizes.values()` for the ways without a frozen backbone; for the others add up `size` over "
        '`sizes.items()` only where `name.startswith("head.")`.',
    ),
    solution="""\
def learning_weights(sizes, way):
    if way in ("random features", "linear probe"):
        return sum(size for name, size in sizes.items() if name.startswith("head."))
    return sum(sizes.values())
""",
    cases=_learning_cases,
    expected=_learning,
)

EXERCISES = (MISLED_BY_PIXELS, CONVOLUTION_WEIGHTS, TOO_CLOSE, RESIDUAL_BLOCKS, LEARNING_WEIGHTS)
