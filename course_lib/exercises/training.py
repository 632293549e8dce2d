"""The exercises of notebook 04: the loss, the steps, the schedule, when to stop, and what a log gives away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from .noun import choice, function, number


def _logit_cases(generator: np.random.Generator) -> Iterator[tuple[Tensor, int]]:
    """Logits float32 [K] of one image, and its label."""
    yield torch.tensor([2.0, 0.0]), 0  # fairly sure, and right
    yield torch.tensor([2.0, 0.0]), 1  # fairly sure, and wrong
    yield torch.tensor([1.0, 3.0, 0.5]), 2
    for classes in (3, 4, 6):
        logits = 3 * generator.normal(size=classes)
        yield torch.tensor(logits, dtype=torch.float32), int(generator.integers(classes))
    yield torch.tensor([1000.0, 998.0, 990.0]), 1  # e to the power of 1,000 is too large for any float
    yield torch.tensor([-1000.0, -1003.0]), 0  # and to the power of −1,000 too small
    yield torch.tensor([0.0, 1000.0]), 0


def _cross_entropy(logits: Tensor, label: int) -> float:
    """log(Σ exp(logits)) − logits[label], by the addition of logarithms."""
    values = logits.double().numpy()
    return float(np.logaddexp.reduce(values) - values[label])


CROSS_ENTROPY = function(
    "training.cross_entropy",
    asks="Compute the loss of one image: minus the logarithm of the confidence in its true class, from the logits.",
    shows="The loss is near 0 when the network is sure and right, and has no upper end when it is sure and wrong.",
    hints=(
        "First the confidences: e to the power of each logit, divided by the sum of these. Which one of them counts?",
        "The one of the true class: take its natural logarithm, with a minus before it. For logits as large as 1,000 "
        "first subtract the largest from all: the confidences stay the same.",
        "Without a division nothing can go wrong: the loss is `torch.logsumexp(logits, 0) - logits[label]`.",
    ),
    solution="""\
def cross_entropy(logits, label):
    return torch.logsumexp(logits, 0) - logits[label]
""",
    cases=_logit_cases,
    expected=_cross_entropy,
    tolerance=1e-4,
)


def _schedule_cases(generator: np.random.Generator) -> Iterator[tuple[float, int, int]]:
    """First rate, epochs, and after how many of them the rate falls: rates large enough to be told from 0."""
    yield 0.5, 1, 2
    yield 0.5, 3, 2
    yield 0.2, 3, 1
    yield 0.3, 4, 9  # never falls
    yield 0.001, 15, 5
    for every in (2, 3, 4):
        yield int(generator.integers(10, 100)) / 100, int(generator.integers(every + 1, 4 * every + 1)), every


def _step_rates(lr: float, epochs: int, every: int) -> list[float]:
    """Stretch after stretch of `every` epochs, cut at the end."""
    stretches = [[lr / 10**falls] * every for falls in range(epochs)]
    return [rate for stretch in stretches for rate in stretch][:epochs]


STEP_RATES = function(
    "training.step_rates",
    asks="List the learning rate of each epoch: it starts at lr and falls to a tenth after every `every` epochs.",
    shows="A step schedule takes few and sudden falls: each epoch between two of them has the same rate.",
    hints=(
        "How often has the rate fallen before epoch 0, 1, 2, … (counted from 0)? Try `every = 2` on paper.",
        "Whole division says it: `epoch // every`. Each fall multiplies the rate by 0.1.",
        "`lr * 0.1 ** (epoch // every)` is the rate of an epoch; put it in a list for `epoch in range(epochs)`.",
    ),
    solution="""\
def step_rates(lr, epochs, every):
    return [lr * 0.1 ** (epoch // every) for epoch in range(epochs)]
""",
    cases=_schedule_cases,
    expected=_step_rates,
)

STEPS = number(
    "training.steps",
    asks="1,000 train images in batches of 64, for 20 epochs: how many steps does the network make?",
    shows="A batch is a step, and the last images of an epoch, too few for a whole batch, are one as well.",
    hints=(
        "How many batches does one epoch have? Every image is seen once in it.",
        "1,000 / 64 is 15.6: 15 full batches, and some images are left. They are a batch too.",
        "So 16 batches in each of 20 epochs.",
    ),
    solution="my_steps = math.ceil(1000 / 64) * 20\n",
    expected=320,
    tolerance=0,
    near="Close: how many batches has one epoch, if the last one may be smaller? It is a whole number.",
    why={
        16: "That is one epoch: there are 20 of them.",
        300: "15 batches of 64 are 960 images: where are the other 40 of each epoch?",
        312: "The last batch of each epoch is a step too, even if it is smaller.",
        312.5: "Half a step cannot be: the last batch of each epoch is a step too, even if it is smaller.",
        313: "A batch does not go on from one epoch to the next: the last one of each epoch is smaller.",
        1280: "That is the images of a batch times the epochs: count the batches of an epoch.",
        20000: "That is how often the network sees an image: it makes one step for a whole batch.",
    },
)


def _stopping_cases(generator: np.random.Generator) -> Iterator[tuple[list[float], int]]:
    """The loss on val of each epoch, no two the same, and the patience."""
    yield [0.9], 1
    yield [0.9, 1.1], 1
    yield [0.9, 0.7, 0.6], 1  # never stops
    yield [0.9, 0.7, 0.8, 0.6], 2  # better again just in time
    yield [0.9, 0.8, 1.0, 0.7], 1  # stops, and the best would have come later
    yield [0.9, 0.8, 1.1, 1.0, 0.7], 2  # 1.0 is better than the epoch before, but not than all
    yield [0.9, 1.0, 0.7, 0.8, 0.6], 2  # waited twice, but not in a row
    yield [0.5, 0.9, 0.8, 0.7, 0.6, 0.4], 4
    for epochs in (6, 9, 12, 15):
        falls_and_rises = np.abs(np.arange(epochs) - epochs / 2) + generator.normal(0, 2, epochs)
        ranks = falls_and_rises.argsort().argsort().tolist()  # no two the same
        yield [(rank + 3) / 10 for rank in ranks], int(generator.integers(1, 4))


def _early_stopping(val_losses: list[float], patience: int) -> int:
    """The first epoch whose last `patience` epochs all lie over the lowest loss before them; or the last one."""
    for end in range(patience + 1, len(val_losses) + 1):
        before, waited = val_losses[: end - patience], val_losses[end - patience : end]
        if min(waited) > min(before):
            return end
    return len(val_losses)


EARLY_STOPPING = function(
    "training.early_stopping",
    asks="Say after which epoch, counted from 1, training ends: when `patience` epochs in a row brought no lower loss.",
    shows="Patience counts from the best epoch so far: a small rise does not end a training, and a better epoch that "
    "would have come later is never seen.",
    hints=(
        "Walk through the losses and remember the epoch that was best so far. When is it too long ago?",
        "A loss lower than the best makes this epoch the best one. If `epoch - best` reaches `patience`, training ends "
        "here. And if it never does?",
        "Loop over `enumerate(val_losses, start=1)`; after the loop return `len(val_losses)`: all epochs were made.",
    ),
    solution="""\
def early_stopping(val_losses, patience):
    best = 1
    for epoch, loss in enumerate(val_losses, start=1):
        if loss < val_losses[best - 1]:
            best = epoch
        if epoch - best >= patience:
            return epoch
    return len(val_losses)
""",
    cases=_stopping_cases,
    expected=_early_stopping,
)

NAME_THE_FAULT = choice(
    "training.name_the_fault",
    asks="Train accuracy 99 %, val 98 %, but 71 % on new animals, photographed in the same way: name the fault.",
    shows="Overfitting shows as a gap between train and val; a val that shares something with train hides it.",
    hints=(
        "Where is the gap: between train and val, or between val and the new photos?",
        "Val was as good as train, and new animals were not. What can val and train share that new photos lack?",
        "Val holds something of train: the same animals, or copies. Which case of the map is that?",
    ),
    solution="""\
my_fault = "leakage"
my_reason = "val is as good as train and new animals are not, so val was not new"
""",
    options=("underfitting", "overfitting", "jumping", "leakage", "an ignored class", "no fault"),
    expected="leakage",
    why={
        "underfitting": "Then train would be poor as well: it has 99 %.",
        "overfitting": "Then val would be about as poor as the new photos are: it has 98 %. The gap is behind val.",
        "jumping": "Then the curves would go up and down from epoch to epoch, and would not end so high in both parts.",
        "an ignored class": "It would be ignored in val and in the new photos alike: here only val is high.",
        "no fault": "You would have promised 98 %, and 71 % came: 27 points are no accident.",
    },
    justify=True,
)

EXERCISES = (CROSS_ENTROPY, STEP_RATES, STEPS, EARLY_STOPPING, NAME_THE_FAULT)
