"""The exercises of notebook 00: from scores to a label and a confidence, and the accuracy that is had for nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from .noun import function, number

NAMES = ("zebra", "ant", "panda", "dog", "cat", "yak", "bear")  # the first and the last in no order


def _scores_by_label(generator: np.random.Generator) -> Iterator[tuple]:
    """The best stands first, last and between, first and last in the alphabet, and below 0."""
    yield ({"cat": 0.12, "dog": 0.74, "ant": 0.14},)
    yield ({"dog": 2.5},)
    yield ({"panda": 0.3, "cat": 0.45, "dog": 0.25},)
    yield ({"cat": -7.25, "dog": -1.5, "panda": -3.0},)
    yield ({"ant": 4.0, "dog": -6.0},)
    for _ in range(4):
        names = generator.permutation(NAMES)[: generator.integers(2, len(NAMES) + 1)]
        spread = generator.permutation(np.arange(-10, 11))[: len(names)] / 4  # all different
        yield (dict(zip(map(str, names), spread.tolist(), strict=True)),)


def _label_of_the_best(scores: dict[str, float]) -> str:
    return sorted((score, label) for label, score in scores.items())[-1][1]


predicted_label = function(
    "roadmap.predicted_label",
    asks="Write a function that takes a dict of scores by label and returns the label with the highest score.",
    shows="However many classes there are, and whatever the scores, one comparison makes them into a prediction.",
    hints=(
        'A dict gives a score for a label: scores["dog"]. Which label has the highest?',
        "max(scores) compares the labels, by the alphabet. It has to compare their scores.",
        "max takes a function that says what to compare by: max(scores, key=…), and scores.get gives a label's score.",
    ),
    solution="def predicted_label(scores):\n    return max(scores, key=scores.get)\n",
    cases=_scores_by_label,
    expected=_label_of_the_best,
)


def _raw_scores(generator: np.random.Generator) -> Iterator[tuple[Tensor]]:
    """Two classes, one, several, all below 0, and so large that e to them is infinite, or so small that it is 0."""
    yield (torch.tensor([1.0, 3.0]),)
    yield (torch.tensor([-2.0]),)
    yield (torch.tensor([2.0, -1.0, 0.5]),)
    yield (torch.tensor([-3.0, -2.5, -4.0, -1.75]),)
    yield (torch.tensor([1000.0, 999.0, 990.0]),)
    yield (torch.tensor([-1002.0, -1000.0]),)
    for _ in range(4):
        classes = int(generator.integers(2, 9))
        yield (torch.tensor(generator.normal(0.0, 2.0, classes), dtype=torch.float32),)


def _largest_share(scores: Tensor) -> float:
    values = scores.double().tolist()
    return 1 / sum(math.exp(value - max(values)) for value in values)


confidence = function(
    "roadmap.confidence",
    asks="Write a function that takes the scores of one image, a tensor with a number per class, and returns "
    "the largest of their softmax.",
    shows="Softmax makes shares of any scores, and only their differences count: 1000 and 999 are as sure as 1 and 0.",
    hints=(
        "Three steps: e to each score, the sum of these, and the largest of them divided by it.",
        "e to the 1000 is too large for a computer. Take the highest score from every score first: the shares stay.",
        "torch has it ready, and safe: scores.softmax(0) gives the K shares. Which of them is asked for?",
    ),
    solution=(
        "def confidence(scores):\n"
        "    powers = torch.exp(scores - scores.max())  # at most 1, so none is too large\n"
        "    return powers.max() / powers.sum()\n"
    ),
    cases=_raw_scores,
    expected=_largest_share,
    tolerance=1e-4,
)

always_the_same = number(
    "roadmap.always_the_same",
    asks="Before you run it: what accuracy on test has a model that always says the digit most frequent there?",
    shows="This much is had without looking at any image; an accuracy means what it is above that.",
    hints=(
        "It is right whenever an image happens to be of that digit.",
        "There are ten digits, and about as many images of each.",
        "One digit's images divided by all images: about one in ten.",
    ),
    solution="my_accuracy = 0.10  # 55 of 539 images\n",
    expected=55 / 539,
    tolerance=0.01,
    near="Nearly. How many digits are there, and is one of them much more frequent than the others?",
    why={
        0.9: "That is how often it is wrong. When is it right?",
        0.5: "Right and wrong are not equally likely: it names one digit of how many?",
        0.0: "It is right whenever the image is of the digit it says. How often is that?",
        10: "As a share, please: 1.0 would be all images.",
    },
)

EXERCISES = (predicted_label, always_the_same, confidence)
