"""Sorting: the most confident wrong images, and the cause that the student puts each of them to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from numbers import Integral
from pathlib import Path

from .causes import CAUSES
from .evaluation import Report
from .files import write_atomically
from .names import pick

FORMAT = 1
FILE = "sorting.json"


@dataclass(frozen=True, repr=False)
class Sorting:
    """Wrong images and their causes, by image id.

    causes  image id → one of CAUSES, of those that are sorted so far
    asked   what was to be sorted, number 1 first: id, true, predicted, confidence (0…1) of each image
    """

    causes: dict[str, str] = field(default_factory=dict)
    asked: tuple[dict, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many images each of CAUSES has."""
        given = list(self.causes.values())
        return {cause: given.count(cause) for cause in CAUSES}

    @property
    def missing(self) -> list[int]:
        """The numbers, from 1, of the images that have no cause yet."""
        return [number for number, image in enumerate(self.asked, 1) if image["id"] not in self.causes]

    def save(self, folder: str | Path) -> Path:
        """Write sorting.json into `folder`, return its path; killed halfway, the old file is still whole."""
        record = {"format": FORMAT, "asked": list(self.asked), "causes": self.causes}
        path = Path(folder) / FILE
        write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False))
        return path

    @staticmethod
    def load(folder: str | Path) -> Sorting:
        """The Sorting that `save` wrote into `folder`; ValueError naming the file that is damaged or no Sorting's."""
        path = Path(folder) / FILE
        try:
            return _read(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as problem:
            raise ValueError(
                f"{path} is not a saved Sorting ({type(problem).__name__}: {problem}): "
                "give the folder that sorting.save wrote"
            ) from problem

    def __repr__(self) -> str:
        return f"Sorting({len(self.asked)} wrong images, {len(self.asked) - len(self.missing)} sorted)"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        rows = ""
        for cause, count in self.counts.items():
            numbers = [str(n) for n, image in enumerate(self.asked, 1) if self.causes.get(image["id"]) == cause]
            rows += (
                f"<tr><td {left}>{escape(cause)}</td><td {left}>{escape(CAUSES[cause])}</td>"
                f'<td class="measured">{count}</td><td {left} class="measured">{", ".join(numbers)}</td></tr>'
            )
        missing = ", ".join(map(str, self.missing)) or "none"
        heads = "".join(f"<th {left}>{head}</th>" for head in ("cause", "meaning", "images", "their numbers"))
        return (
            f'<div><strong>Sorting</strong> of <span class="measured">{len(self.asked)}</span> wrong images; '
            f'without a cause: <span class="measured">{missing}</span>'
            f"<table><tr>{heads}</tr>{rows}</table></div>"
        )


def begin(report: Report, n: int = 20) -> Sorting:
    """The Sorting of the `n` most confident wrong images of `report`, all without a cause; ValueError if n < 1."""
    if not isinstance(n, Integral) or n < 1:
        raise ValueError(f"n must be a whole number of images, at least 1; got {n!r}: the chapter asks for 20")
    asked = {}
    for error in report.errors().itertuples():  # an id that comes twice is one image
        image = {"id": str(error.id), "true": error.true, "predicted": error.predicted}
        asked.setdefault(image["id"], image | {"confidence": float(error.confidence)})
    return Sorting(asked=tuple(asked.values())[:n])


def assign(sorting: Sorting, causes: Mapping[int | str, str]) -> Sorting:
    """`sorting` with these causes as well: number as the gallery shows it, from 1, or image id → one of CAUSES.

    Raises ValueError for a number or an id that was not asked, and for an unknown cause; nothing is taken then.
    """
    given = dict(sorting.causes)
    for which, cause in causes.items():
        pick(CAUSES, cause, "cause of a wrong image")
        given[_id(sorting, which)] = cause
    return replace(sorting, causes=given)


def rows(sorting: Sorting, report: Report) -> list[int]:
    """The row in `report.images` of each image asked; ValueError if `sorting` is not of this report's wrong images."""
    wrong = {str(error.id): error.row for error in report.errors()[::-1].itertuples()}
    for image in sorting.asked:
        if image["id"] not in wrong:
            raise ValueError(
                f"image {image['id']!r} of this sorting is not wrong in {report!r}: "
                "give the report that it was begun with, or begin anew with sorting.begin(report)"
            )
    return [int(wrong[image["id"]]) for image in sorting.asked]


def _id(sorting: Sorting, which: int | str) -> str:
    """The image id of a number from 1, or of an id."""
    if not isinstance(which, Integral):
        pick({image["id"]: image for image in sorting.asked}, which, "image in this sorting")
        return which
    if not 1 <= which <= len(sorting.asked):
        raise ValueError(
            f"the images are numbered 1 to {len(sorting.asked)}; got {which}: take the number under the image"
        )
    return sorting.asked[which - 1]["id"]


def _read(record: dict) -> Sorting:
    """The Sorting of what sorting.json holds; some error of those that `load` explains if it holds something else."""
    if record["format"] != FORMAT:
        raise ValueError("it was written by another version of course_lib")
    asked = []
    for image in record["asked"]:
        texts = {name: image[name] for name in ("id", "true", "predicted")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise TypeError("id, true and predicted of an image must be text")
        asked.append(texts | {"confidence": float(image["confidence"])})
    return assign(Sorting(asked=tuple(asked)), {str(which): cause for which, cause in record["causes"].items()})
