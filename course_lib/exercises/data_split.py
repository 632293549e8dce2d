"""The exercises of notebook 01: luck in choosing, a split by group, when to use it, and a copy in disguise."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import torch

from .. import datasets, splits
from ..imageset import ImageSet
from .noun import choice, found, function, number

best_of_forty = number(
    "data_split.best_of_forty",
    asks="Before you run it: with only 30 photos in val, how many does the best of forty guessers get right?",
    shows="One guesser gets 10. The best of forty gets half as many again by luck alone, more so the smaller val is.",
    hints=(
        "Each guesser gets about 30 / 3 right, some more, some fewer. The best is the luckiest of them.",
        "A guesser is typically off by 2 or 3 photos, up or down. The luckiest of forty: about twice that, up.",
        "About 10 + 2 × 2.6 and a little more: the spread of a guesser is √(30 × ⅓ × ⅔) = 2.6 photos.",
    ),
    solution="my_guess = 16  # on average 15.7\n",
    expected=15.7,
    tolerance=1.9,
    near="Not far. One guesser gets 10 on average; the best of forty is lucky, but not twice as good.",
    why={
        10: "That is what one guesser gets on average. The best of forty is not an average one.",
        30: "Nobody is that lucky: all 30 by guessing happens once in 200,000,000,000,000 times.",
        0.5: "Count photos, please: of 30.",
    },
)


def _albums(generator: np.random.Generator) -> Iterator[tuple[list[str]]]:
    """Groups in no order, of unequal sizes, each time a multiple of 3; one name begins another.

    One photo of each animal comes second: it cannot show a leak.
    """
    yield (["owl", "elk", "owl", "fox"],)
    yield (["fox", "elk", "owl"],)
    yield (["dog-1", "dog-10", "cat-3", "dog-1", "dog-11", "cat-3", "dog-10", "dog-1", "cat-2", "cat-30"],)
    for thirds in (2, 4, 3, 4):
        names = generator.permutation([f"dog-{i}" for i in range(9)] + [f"cat-{i}" for i in range(5)])
        animals = names[: 3 * thirds]
        rows = np.repeat(animals, generator.integers(1, 6, len(animals)))
        yield (generator.permutation(rows).tolist(),)


def _why_no_split(result: object, groups: list[str]) -> str:
    """Why `result` is no mask, [N], of the photos of one third of the groups; "" when it is."""
    mask, animals = np.asarray(result), set(groups)
    if mask.shape != (len(groups),):
        return f"It needs one True or False for each of the {len(groups)} photos; got shape {list(mask.shape)}."
    if mask.dtype != bool and not (np.issubdtype(mask.dtype, np.number) and np.isin(mask, (0, 1)).all()):
        return "It needs True for a test photo and False for a train photo, and nothing else."
    test = {animal for animal, judged in zip(groups, mask, strict=True) if judged}
    both = test & {animal for animal, judged in zip(groups, mask, strict=True) if not judged}
    if both:
        return f"Photos of {min(both)} are on both sides."
    if not test:
        return "No photo is in test, so nothing is judged."
    if 3 * len(test) != len(animals):
        asked = len(animals) // 3
        reminder = " True means test, not train." if len(test) == len(animals) - asked else ""
        return f"{len(test)} of {len(animals)} animals are in test; asked for is one third, {asked}.{reminder}"
    return ""


split_by_group = function(
    "data_split.split_by_group",
    asks="Write a function that takes the animal of each photo, a list of N names, and gives N times True for test or "
    "False for train, so that one third of the animals, with all of their photos, is in test.",
    shows="Cut the animals, not the photos, and no animal is on both sides: this is what by='group' does.",
    hints=(
        "First choose animals, then look up each photo. How many animals are there? A set holds each name once.",
        "sorted(set(groups)) is the list of animals, and its first third are the animals for test.",
        "With those in test_animals: [animal in test_animals for animal in groups].",
    ),
    solution=(
        "def split_by_group(groups):\n"
        "    animals = sorted(set(groups))\n"
        "    test_animals = animals[: len(animals) // 3]\n"
        "    return [animal in test_animals for animal in groups]\n"
    ),
    cases=_albums,
    accepts=_why_no_split,
)

which_split = choice(
    "data_split.which_split",
    asks="A shelter has ten photos of each of 80 dogs of four breeds; a classifier is to name the breed of dogs that "
    "come in next year. Cut by photo, class, dog or breed?",
    shows="The dogs of next year are new dogs of known breeds, and so are those of a test part that is cut by dog.",
    hints=(
        "What will be new to the classifier next year, and what will it know?",
        "In test, too, the dogs should be new. And can it name a breed that it was never shown?",
        "Every breed has to be on both sides, and no dog may be.",
    ),
    solution='my_choice = "dog"\nbecause = "next year every dog is new, and its breed is not"\n',
    options=("photo", "class", "dog", "breed"),
    expected="dog",
    why={
        "photo": "Shuffled photos put nearly every dog on both sides: test then asks who it is, not which breed.",
        "class": "Cut by class, each part has the same mix of breeds, but ten photos of one dog still end up on both "
        "sides.",
        "breed": "A breed that lies wholly in test was never shown in train: nobody could name it.",
    },
    justify=True,
)

TRAIN_ROW, TEST_ROW = 41, 22  # of the original and of its copy in `riddle`


@cache
def riddle() -> splits.Split:
    """A split of critters by group, in which one test photo is a train photo, mirrored and a little darker."""
    split = splits.make(datasets.load("critters", n=180, seed=11), val=0.2, test=0.3, seed=4, by="group")
    images = split.test.images.clone()
    images[TEST_ROW] = (split.train.images[TRAIN_ROW].flip(-1) * 0.85).to(torch.uint8)
    test = ImageSet(images, split.test.labels, split.test.classes, split.test.facts, split.test.name)
    return splits.Split(split.train, split.val, test, by=split.by, seed=split.seed)


def _why_not_the_pair(answer: object) -> str:
    """Why `answer` is not the train row and the test row of the copy; "" when it is."""
    if isinstance(answer, str):
        answer = answer.strip("()[] ").split(",")
    if not isinstance(answer, list) or len(answer) != 2:
        return "Give a pair of row numbers: (train row, test row)."
    pair = [float(row) for row in answer]
    if pair == [TRAIN_ROW, TEST_ROW]:
        return ""
    if pair == [TEST_ROW, TRAIN_ROW]:
        return "The right two, in the wrong order: the train row first, then the test row."
    if pair == [TRAIN_ROW + 1, TEST_ROW + 1]:
        return "Rows are counted from 0, so both numbers are one too high."
    if pair[0] == TRAIN_ROW:
        return "That is the train photo, but another test photo is its copy."
    if pair[1] == TEST_ROW:
        return "That is the copy in test, but of another train photo."
    return "These two are not the same photo. The audit lists the pairs: its table is audit.pairs."


leaking_pair = found(
    "data_split.leaking_pair",
    asks="In the split of riddle(), one test photo is a train photo in disguise: which pair, (train row, test row)?",
    shows="Every group lies on one side, so the groups could not give this leak away: only the pixels did.",
    hints=(
        "You need not look at all photos: what looks for copies in every pair of parts?",
        "splits.audit(hidden).pairs has a row for each pair that it found, plots.split_audit shows them.",
        "Take that row's numbers in the columns left (of train) and right (of test).",
    ),
    solution=(
        "pairs = splits.audit(hidden).pairs\n"
        'copy = pairs[(pairs.left_part == "train") & (pairs.right_part == "test")].iloc[0]\n'
        "my_pair = (copy.left, copy.right)\n"
    ),
    accepts=_why_not_the_pair,
)

EXERCISES = (best_of_forty, split_by_group, which_split, leaking_pair)
