"""What the facts of a rendered photo, and the photo rendered again without a cause, say of that cause."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from ..causes import CAUSES
from ..datasets.critters import BLURRED, DARK, EASY, FAR, NOISY, OCCLUDED
from ..datasets.rendering import NEEDED, SMALLEST, render
from ..datasets.scenery import BACKGROUNDS
from ..datasets.species import SPECIES
from ..evaluation import Report
from ..models import Classifier, predict
from .noun import FAILS, HOLDS

if TYPE_CHECKING:
    import pandas as pd

MOST_BACKGROUNDS = 0.75  # a background misleads when the label comes right on at least this share of the others


class Hard(NamedTuple):
    """A cause that one fact of a rendered photo shows: beyond `limit` it is there, at `usual` it is taken away."""

    fact: str
    limit: float
    usual: float | bool

    def there(self, photo: pd.DataFrame) -> bool:
        """Whether the facts of the one photo show it."""
        value = float(photo[self.fact].iloc[0])
        return value < self.limit if self.usual > self.limit else value > self.limit

    def said(self, photo: pd.DataFrame) -> str:
        """What the facts say of it, in words."""
        if isinstance(self.usual, bool):
            return f"{self.fact} is {bool(photo[self.fact].iloc[0])}"
        side = "below" if self.usual > self.limit else "above"
        word = side if self.there(photo) else f"not {side}"
        return f"{self.fact} is {photo[self.fact].iloc[0]:.2g}, {word} the limit of {self.limit:g}"


def _middle(fact: str) -> float:
    """The middle of what an easy photo has."""
    return round(sum(EASY[fact]) / 2, 3)


HARD = {
    "dark": Hard("light", DARK, _middle("light")),
    "blurred": Hard("blur", BLURRED, _middle("blur")),
    "noisy": Hard("noise", NOISY, _middle("noise")),
    "far": Hard("scale", FAR, _middle("scale")),
    "occluded": Hard("occlusion", OCCLUDED, _middle("occlusion")),
    "atypical": Hard("atypical", 0.5, False),
}
# A cause of the chapter is any of these that the facts show.
PARTS = {name: (name,) for name in HARD} | {
    "poor quality": ("dark", "blurred", "noisy", "far"),
    "ambiguous class": ("atypical",),
}
ELSEWHERE = ("background", "wrong region")  # the model looks at what is not the animal
LABEL = "wrong label"
KNOWN = dict.fromkeys([*CAUSES, *HARD, "background"])


class Check(NamedTuple):
    """What a check says: verdict, found, and the photo without the cause, if one was rendered, with its answer."""

    verdict: str
    found: str
    after: Tensor | None = None
    label: str | None = None
    confidence: float | None = None


def why_open(report: Report, row: int, cause: str) -> str:
    """Why `cause` cannot be checked on the image of this row, as a sentence; empty if it can."""
    images = report.images
    _, height, width = images.shape
    if any(name not in images.facts for name in NEEDED) or height != width or height < SMALLEST:
        return "What made this image is not known."
    if cause not in PARTS and cause not in ELSEWHERE and cause != LABEL:
        return f"No photo can be rendered that shows whether {cause!r} is why."
    photo = images.facts.iloc[[row]]
    try:
        same = torch.equal(render(photo, height)[0], images.images[row])
    except (ValueError, TypeError):  # facts of the same names that mean something else
        same = False
    if not same:
        return "This image is not the one that its facts describe: it was changed since."
    if cause == LABEL and photo["species"].iloc[0] not in images.classes:
        return "The facts name a species, and no class is called so."
    return ""


def checked(report: Report, row: int, cause: str) -> Check:
    """What the facts and the counterfactual say of a rendered photo."""
    model = report.classifier
    # by label, not by confidence: a report after temperature scaling has others
    if model is None or predict(model, report.images.images[[row]]).argmax() != report.predicted[row]:
        raise ValueError(
            "the model no longer answers as this report says (trained on since, or not kept): "
            "make the report anew with evaluation.evaluate"
        )
    photo, classes = report.images.facts.iloc[[row]], report.images.classes
    species, label = photo["species"].iloc[0], classes[int(report.images.labels[row])]
    right = species if species in classes else label
    if cause == LABEL:
        return _label(report, photo, label)
    if classes[int(report.predicted[row])] == right:
        return Check(FAILS, f"The facts say {species}, as the model does: no cause in the photo made it wrong.")
    if cause in ELSEWHERE:
        return _background(report, photo, right)
    return _without(report, photo, cause, right)


def _label(report: Report, photo: pd.DataFrame, label: str) -> Check:
    species, size = photo["species"].iloc[0], report.images.shape[1]
    if species == label:
        return Check(FAILS, f"The facts say {species}, and so does the label: it is not wrong.")
    found = f"The facts say {species}, the label says {label}: it is wrong."
    predicted = report.images.classes[int(report.predicted[int(photo.index[0])])]
    found += "" if predicted == species else f" So is the model, which says {predicted}."
    if label not in SPECIES:
        return Check(HOLDS, found)
    after = render(photo.assign(species=label), size)
    name, sure = _answers(report.classifier, after)[0]
    return Check(HOLDS, f"{found} A {label} would look like this; the model sees: {name}.", after[0], name, sure)


def _background(report: Report, photo: pd.DataFrame, right: str) -> Check:
    import pandas as pd

    own = photo["background"].iloc[0]
    others = [name for name in BACKGROUNDS if name != own]
    photos = pd.concat([photo.assign(background=name) for name in others], ignore_index=True)
    after = render(photos, report.images.shape[1])
    answers = _answers(report.classifier, after)
    good = [name == right for name, _ in answers]
    holds = sum(good) >= MOST_BACKGROUNDS * len(others)
    shown = good.index(holds) if holds in good else 0
    found = f"On {sum(good)} of {len(others)} other backgrounds than {own} the label comes right"
    need = f"at least {math.ceil(MOST_BACKGROUNDS * len(others))} are needed"
    end = "." if holds else f", and {need}{_others(photo, ())}."
    return Check(HOLDS if holds else FAILS, found + end, after[shown], *answers[shown])


def _without(report: Report, photo: pd.DataFrame, cause: str, right: str) -> Check:
    there = [name for name in PARTS[cause] if HARD[name].there(photo)]
    said = "; ".join(HARD[name].said(photo) for name in there or PARTS[cause])
    if not there:
        return Check(FAILS, f"In the facts, {said}: this photo is not {' or '.join(PARTS[cause])}.")
    without = {HARD[name].fact: HARD[name].usual for name in there}
    after = render(photo.assign(**without), report.images.shape[1])
    name, sure = _answers(report.classifier, after)[0]
    usual = ", ".join(f"{fact} {value if isinstance(value, bool) else f'{value:g}'}" for fact, value in without.items())
    found = f"In the facts, {said}. Rendered with {usual}, the photo is taken for {name}: the label "
    if name == right:
        return Check(HOLDS, f"{found}comes right.", after[0], name, sure)
    return Check(FAILS, f"{found}stays wrong{_others(photo, there)}.", after[0], name, sure)


def _others(photo: pd.DataFrame, named: Iterable[str]) -> str:
    """How many hard causes the facts show besides those named; which, the student has to find."""
    n = sum(hard.there(photo) for name, hard in HARD.items() if name not in named)
    return f"; the facts show {n} other hard cause{'s' * (n > 1)}" if n else ""


def _answers(model: Classifier, images: Tensor) -> list[tuple[str, float]]:
    """What the model takes each image for, and how sure it is, 0…1."""
    sure, which = predict(model, images).softmax(1).max(1)
    return [(model.classes[i], value) for i, value in zip(which.tolist(), sure.tolist(), strict=True)]
