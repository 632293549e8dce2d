"""The chapter's pass check: a minimal classifier was run, its metrics are shown, and a failure image is explained."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import Card

METRICS = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")
WORDS = 4  # fewer are no explanation
EXPLAIN = "evidence.explain(report, row, cause=…, because=…)"


@dataclass(frozen=True)
class Item:
    """One thing that the pass check asks for.

    name   what is asked
    ok     whether it is on the card
    found  what is there, in a sentence
    to_do  how to get what is missing; empty when `ok`
    """

    name: str
    ok: bool
    found: str
    to_do: str = ""


@dataclass(frozen=True, repr=False)
class PassCheck:
    """Whether a card passes, and what exactly is missing."""

    items: tuple[Item, ...]

    @property
    def ok(self) -> bool:
        """True when nothing is missing."""
        return not self.missing

    @property
    def missing(self) -> list[str]:
        """What is missing, and how to get it."""
        return [f"{item.name}: {item.to_do}" for item in self.items if not item.ok]

    def __repr__(self) -> str:
        return f"PassCheck({'passed' if self.ok else 'missing ' + '; '.join(self.missing)})"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        rows = "".join(
            f"<tr><td {left}>{'✓' if item.ok else '✗'} {escape(item.name)}</td>"
            f'<td {left} class="measured">{escape(item.found)}</td><td {left}>{escape(item.to_do)}</td></tr>'
            for item in self.items
        )
        heads = "".join(f"<th {left}>{head}</th>" for head in ("asked for", "on the card", "to do"))
        verdict = "passed" if self.ok else f"{len(self.missing)} of {len(self.items)} missing"
        return f"<div><strong>Pass check: {verdict}</strong><table><tr>{heads}</tr>{rows}</table></div>"


def check(card: Card) -> PassCheck:
    """The PassCheck of what is on `card`."""
    return PassCheck((_run(card), _metrics(card), _explained(card)))


def _run(card: Card) -> Item:
    """It counts as run when an epoch was finished and test images were judged, however well."""
    name = "a minimal classifier run"
    if not card.metric:
        todo = "give evidence.make the run of training.fit and the report of evaluation.evaluate(run.model, split.test)"
        return Item(name, False, "No run with its report is on the card.", todo)
    accuracy = card.metric["test"]["accuracy"]
    if card.metric["kept_epoch"] < 1:
        return Item(name, False, "No epoch was finished.", "train again, for one whole epoch at least")
    if not math.isfinite(accuracy):
        return Item(name, False, "The accuracy is no number.", "train again, at a lower learning rate")
    found = f"Trained until epoch {card.metric['kept_epoch']}, {accuracy:.1%} of the test images right."
    return Item(name, True, found + _against_guessing(card))


def _against_guessing(card: Card) -> str:
    """A warning when the classifier is no better than one that always says the most frequent train class."""
    rows = card.dataset_split.get("counts", [])
    judged = sum(row.get("test", 0) for row in rows)
    if not judged:
        return ""
    most = max(rows, key=lambda row: row.get("train", 0))
    share = most.get("test", 0) / judged
    if card.metric["test"]["low"] > share:
        return ""
    clearly = "" if card.metric["test"]["accuracy"] <= share else "clearly "
    return f" But it is not {clearly}better than always saying {most['class']}: that makes {share:.1%}."


def _metrics(card: Card) -> Item:
    name = "train and validation metrics shown"
    figures = card.metric.get("train_val", {})
    if any(key not in figures for key in METRICS):
        todo = "give evidence.make a run with a finished epoch, and its report"
        return Item(name, False, "Loss and accuracy of train and val are not on the card.", todo)
    if not all(math.isfinite(figures[key]) for key in METRICS):
        return Item(name, False, "A loss or an accuracy is no number.", "train again, at a lower learning rate")
    found = f"Train accuracy {figures['train_accuracy']:.1%}, val accuracy {figures['val_accuracy']:.1%}."
    return Item(name, True, found)


def _explained(card: Card) -> Item:
    name = "at least one failure image explained"
    supported = [e for e in card.explanations if e["supported"] and len(e["because"].split()) >= WORDS]
    if supported:
        held = [e for e in supported if e["verdict"] == "holds"]
        first = (held or supported)[0]
        how = "and it holds" if held else "with evidence, as it cannot be checked here"
        return Item(name, True, f"{first['true']} taken for {first['predicted']}: {first['cause']}, {how}.")
    if card.prediction and not card.prediction["errors"]:
        todo = "judge the model on more images, or on harder ones"
        return Item(name, False, "No test image is wrong.", todo)
    if not card.explanations:
        found = "Your sentence is there, but nothing checks it." if card.sentence else "No explanation is on the card."
        return Item(name, False, found, f"give evidence.make explanations=[{EXPLAIN}]")
    last = card.explanations[-1]
    found = f"{last['true']} taken for {last['predicted']}: {last['cause']}. {last['verdict'].capitalize()}."
    if last["supported"]:
        return Item(name, False, found, f"say in because=… what you see, in {WORDS} words or more")
    if last["verdict"] == "does not hold":
        return Item(name, False, found, f"look at the image again and name another cause, with {EXPLAIN}")
    if last["known"]:
        return Item(name, False, found, f"name a cause that can be checked on this image, with {EXPLAIN}")
    such_as = f", such as: {last['asks'][0]}" if last["asks"] else ""
    return Item(name, False, found, f"give evidence.explain figures=[…] as evidence{such_as}")
