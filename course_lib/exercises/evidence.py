"""The exercises of notebook 05: calibration, "don't know", where it fails, wrong labels, and luck between models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

import numpy as np
import torch
from torch import Tensor

from .. import datasets
from ..imageset import ImageSet
from .noun import choice, found, function, number


def _judged(generator: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, int]]:
    """Confidences and whether they were right; none on the edge of two bins but 1.0, which is in the last one."""
    small = (
        ([0.83], [1], 10),
        ([0.62, 0.68], [1, 0], 10),
        ([0.62, 0.93], [1, 0], 10),  # the one too modest, the other too sure: they must not cancel out
        ([0.31, 0.92, 0.37, 0.34], [0, 1, 1, 0], 10),  # a bin of three and a bin of one
        ([1.0, 0.97], [0, 1], 10),
        ([0.55, 0.72, 0.81, 0.94, 0.97], [1, 0, 1, 1, 0], 1),
        ([0.55, 0.72, 0.81, 0.94, 0.97], [1, 0, 1, 1, 0], 4),
    )
    for confidence, right, bins in small:
        yield torch.tensor(confidence), torch.tensor(right, dtype=torch.float32), bins
    for bins in (5, 15, 12):
        confidence = (generator.integers(bins // 3, bins, 40) + generator.uniform(0.05, 0.95, 40)) / bins
        right = generator.random(40) < confidence**2
        yield torch.tensor(confidence, dtype=torch.float32), torch.tensor(right, dtype=torch.float32), bins


def _gap_by_gap(confidence: Tensor, right: Tensor, bins: int) -> float:
    """The calibration error from the sums of each bin, in Python's own numbers."""
    sums: Counter[int] = Counter()
    for sure, hit in zip(confidence.tolist(), right.tolist(), strict=True):
        sums[min(int(sure * bins), bins - 1)] += sure - hit
    return sum(map(abs, sums.values())) / len(confidence)


calibration_error = function(
    "evidence.calibration_error",
    asks="Cut 0 to 1 into equal bins by confidence. In each bin that has images: how far is the mean confidence from "
    "the share of right answers? Give the mean of these distances, each counted once for each image of its bin.",
    shows="Too sure in one bin and too modest in another do not make up for each other, and a full bin counts more.",
    hints=(
        "Go through the bins one by one: which images are in it, how sure are they, how many of them are right?",
        "An image of confidence c is in bin int(c * bins); only c = 1.0 would be one too far, and belongs to the last. "
        "An empty bin has no mean: skip it.",
        "Add abs(confidence[here].mean() - right[here].mean()) * here.sum() over the bins; divide by the images.",
    ),
    solution=(
        "def calibration_error(confidence, right, bins):\n"
        "    which = (confidence * bins).long().clamp(max=bins - 1)\n"
        "    total = 0\n"
        "    for here in (which == i for i in which.unique()):\n"
        "        total += (confidence[here].mean() - right[here].mean()).abs() * here.sum()\n"
        "    return total / len(confidence)\n"
    ),
    cases=_judged,
    expected=_gap_by_gap,
    tolerance=1e-4,
)

answered = number(
    "evidence.answered",
    asks="Ten photos, each with its confidence, right ✓ or wrong ✗. From a confidence of 0.8 up it answers, below it "
    'says "don\'t know". Which accuracy does what it answers have?',
    shows="Three of the four that it answers are right. It was 60 % of all ten: the price is six photos for a person.",
    hints=(
        "How many of the ten does it answer at all?",
        "Only those count: the others are neither right nor wrong.",
        "It answers the first four. How many of these have a ✓?",
    ),
    solution="my_guess = 3 / 4  # right among the four that it answers\n",
    expected=0.75,
    tolerance=0.005,
    why={
        0.6: "That is the accuracy on all ten. Only those that it answers count.",
        0.3: 'That counts a "don\'t know" as a wrong answer. Divide by the photos that it answers.',
        0.4: "That is how many of the ten it answers, the coverage.",
        0.5: "Half of those below 0.8 would be right: these are the ones that it leaves to a person.",
        0.8: "That is the threshold, a promise. Which accuracy do the answers have?",
        3: "Three are right. Of how many?",
        75: 'Give it as a share, 0.75, or as text, "75 %".',
    },
)


def _answers(generator: np.random.Generator) -> Iterator[tuple[Tensor, Tensor, int]]:
    """True and predicted labels and the number of classes; no matrix of them is its own mirror image."""
    for labels, predicted, classes in (
        ([0], [1], 2),
        ([0, 1, 0], [1, 1, 1], 2),
        ([1, 0], [0, 0], 3),
        ([], [], 2),
        ([0, 0], [0, 0], 1),
        ([2, 0, 2, 2, 1, 2], [0, 0, 2, 0, 2, 0], 4),
    ):
        yield torch.tensor(labels, dtype=torch.int64), torch.tensor(predicted, dtype=torch.int64), classes
    for classes in (3, 5):
        labels = generator.integers(0, classes, 30)
        predicted = np.where(generator.random(30) < 0.6, labels, generator.integers(0, classes - 1, 30))
        labels, predicted = np.append(labels, [0, 0]), np.append(predicted, [classes - 1] * 2)
        yield torch.from_numpy(labels), torch.from_numpy(predicted), classes


def _counted(labels: Tensor, predicted: Tensor, classes: int) -> np.ndarray:
    """The confusion matrix, each entry counted by itself."""
    pairs = Counter(zip(labels.tolist(), predicted.tolist(), strict=True))
    table = [[pairs[true, said] for said in range(classes)] for true in range(classes)]
    return np.array(table, dtype=np.int64)


confusion = function(
    "evidence.confusion",
    asks="Count how often each class is taken for each: row = true label, column = predicted label, so that the right "
    "answers are on the diagonal. There are `classes` rows and columns, also for classes that do not occur.",
    shows="The accuracy is the diagonal over all. Its other entries say what that number hides: which class is taken "
    "for which.",
    hints=(
        "Begin with a table of zeros, one row and one column per class.",
        "Then go through the images. Each adds 1 at one place of the table.",
        "for i in range(len(labels)): table[labels[i], predicted[i]] += 1",
    ),
    solution=(
        "def confusion(labels, predicted, classes):\n"
        "    table = torch.zeros(classes, classes, dtype=torch.int64)\n"
        "    for i in range(len(labels)):\n"
        "        table[labels[i], predicted[i]] += 1\n"
        "    return table\n"
    ),
    cases=_answers,
    expected=_counted,
)


def _matrices(generator: np.random.Generator) -> Iterator[tuple[Tensor]]:
    """Confusion matrices whose rows and columns add up to different numbers; some have a row of zeros."""
    small = ([[2, 1], [0, 1]], [[1, 0], [5, 4]], [[0, 3], [1, 4]], [[4]], [[3, 0, 1], [0, 0, 0], [2, 0, 5]])
    for matrix in small:
        yield (torch.tensor(matrix),)
    for classes in (4, 6):
        matrix = generator.integers(0, 9, (classes, classes)) + np.triu(np.full((classes, classes), 3))
        matrix[generator.integers(1, classes)] = 0
        yield (torch.from_numpy(matrix),)


def _share_of_each(confusion: Tensor) -> list[float]:
    """Recall, row by row, in Python's own numbers."""
    return [row[i] / sum(row) if sum(row) else 0.0 for i, row in enumerate(confusion.tolist())]


recall = function(
    "evidence.recall",
    asks="From a confusion matrix (row = true class) make the recall of each class: which share of its images is "
    "found? Say 0 for a class that has no images.",
    shows="One accuracy becomes one number for each class, and the class that is never found can no longer hide.",
    hints=(
        "The images of a class are its row. How many of them are on the diagonal?",
        "Divide the diagonal by the sums of the rows, not of the columns: those give the precision.",
        "confusion.diag() / confusion.sum(1), but a row of zeros would be 0 / 0: divide by at least 1.",
    ),
    solution="def recall(confusion):\n    return confusion.diag() / confusion.sum(1).clamp(min=1)\n",
    cases=_matrices,
    expected=_share_of_each,
)

WRONG_LABELS = {4: "dog", 8: "cat", 19: "dog"}  # what is said of these photos by `photos_to_check`
ROWS = tuple(WRONG_LABELS)


@cache
def _photos() -> ImageSet:
    """Twenty-four critters with their true labels, many hard to see, none with the ears of another species."""
    critters = datasets.load("critters", n=200, size=32, seed=71)
    return critters[np.flatnonzero(~critters.facts["atypical"].to_numpy())[::7][:24]]


def photos_to_check() -> ImageSet:
    """Twenty-four photos of critters, uint8 [24, 3, 32, 32]; three of their labels are wrong."""
    photos = _photos()
    labels = photos.labels.clone()
    for row, name in WRONG_LABELS.items():
        labels[row] = photos.classes.index(name)
    return ImageSet(photos.images, labels, photos.classes, photos.facts[["id", "group", "source"]], "photos to check")


def _why_not_these(answer: object) -> str:
    """Why `answer` is not the list of the wrong labels; "" when it is, in any order."""
    if isinstance(answer, str):
        answer = answer.strip("()[]{} ").replace(",", " ").split()
    answer = answer if isinstance(answer, list) else [answer]
    names = _photos().label_names
    is_mask = len(answer) == len(names) and all(isinstance(item, bool) for item in answer)
    rows = np.flatnonzero(answer).tolist() if is_mask else [float(row) for row in answer]
    if not rows or any(row not in range(len(names)) for row in rows):
        return f"Give row numbers, whole and from 0 to {len(names) - 1}."
    found = sorted({int(row) for row in rows})
    if tuple(found) == ROWS:
        return ""
    if found == [row + 1 for row in ROWS]:
        return "Rows are counted from 0, so all of these are one too high."
    if right := [row for row in found if row not in WRONG_LABELS]:
        return f"Row {right[0]} does show a {names[right[0]]}: hard to see, perhaps, but rightly labelled."
    absent = len(ROWS) - len(found)
    return f"Right so far, but {absent} more {'label is' if absent == 1 else 'labels are'} wrong."


mislabelled = found(
    "evidence.mislabelled",
    asks="Three of the 24 photos of photos_to_check() have a wrong label: which rows, such as [1, 2, 3]?",
    shows="A hard photo is not a wrong label. The network says where to look, and a person looks and decides.",
    hints=(
        "Cats have pointed ears, those of dogs hang down, those of pandas are round and black. Look at each photo.",
        "Ask the network which labels it doubts: label_issues.find(evaluation.evaluate(model, photos)). It may miss "
        "one, and doubt one that is right.",
        "There is one in each line of the picture: a cat at sunset, a dog in the dark, and a panda in noise.",
    ),
    solution="my_rows = [4, 8, 19]  # a cat and a panda called dog, and a dog called cat\n",
    accepts=_why_not_these,
)

beyond_luck = choice(
    "evidence.beyond_luck",
    asks="Three times, model A has 270 of 300 test images right and model B 276 of the same. Only A right, and only B: "
    '"0 and 6", "12 and 18", or "45 and 51". In which of them is the difference more than luck?',
    shows="The same accuracies, 90 % and 92 %, and only here six coins all fell on one side: p = 0.03. Of 30 and 96 "
    "coins, one side is six ahead quite often: p = 0.36 and 0.61.",
    hints=(
        "Where both are right, or both wrong, nothing can be seen. What is left are coins: each image falls to A or B.",
        "How often do 6 of 6 coins show the same side? How often is it 18 or more of 30, on one side or the other?",
        "6 of 6 on one side: 2 × ½ × ½ × ½ × ½ × ½ × ½, about 3 %. The more coins, the more often 6 ahead is luck.",
    ),
    solution='my_choice = "0 and 6"\nbecause = "six coins seldom all fall on the same side"\n',
    options=("0 and 6", "12 and 18", "45 and 51"),
    expected="0 and 6",
    why={
        "12 and 18": "Of 30 coins, 18 or more fall on one side in one case of three (p = 0.36): within the noise.",
        "45 and 51": "More images differ, but 51 of 96 coins is nearly half (p = 0.61): within the noise.",
    },
    justify=True,
)

EXERCISES = (calibration_error, answered, confusion, recall, mislabelled, beyond_luck)
