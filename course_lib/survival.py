"""Survival: which changes of an image keep its label, measured with a model that labelled it rightly before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .imageset import ImageSet
from .intervals import wilson
from .models import Classifier, predict
from .transforms import OPERATIONS, checked

if TYPE_CHECKING:
    import pandas as pd

STRENGTHS = (0.1, 0.25, 0.5, 1.0)
SAFE, RISKY, CHANGES = "safe", "risky", "changes the label"
SAFE_SHARE = 0.85  # at least so many survive, even at the lower end of the interval
EACH_WAY = 0.4  # two classes change places only if at least so many go each way
CHUNK = 1024  # images changed and judged at once, so that memory does not grow with the set


@dataclass(frozen=True, eq=False, repr=False)
class Survival:
    """How many labels survive each operation at each strength, and what the others become.

    table  a row per operation and strength: operation, kind, strength, images (labelled rightly before the change),
           survived, share (0…1), low, high (95 % interval, Wilson 1927), verdict, exchanges ("6↔9", …). An operation
           that is done or not, such as hflip, has one row, at strength 1.
    moves  a row per operation, strength, `true` class and other class it was `taken_for`: images, of (how many of the
           class were right before), share, low, high, confidence (mean, 0…1), exchange (bool)
    model, data  their names; images: how many were asked; right: how many of them were labelled rightly

    The verdict. *changes the label*: two classes change places. Changed, a is taken for b rather than for any other
    class, and b for a; b gets more of a than of itself, and a more of b; at least 40 % go each way, at least a
    third as surely as before; and of what stays within the pair, more changes places than not, even at the lower end
    of its interval. A model that is merely lost sends many classes to one and gets none back, or cannot tell a from b.
    *safe*: the share that survives is at least 0.85, even at the lower end of its interval, and no class loses more
    than half of its images. *risky*: everything else.
    """

    table: pd.DataFrame
    moves: pd.DataFrame
    model: str
    data: str
    images: int
    right: int

    def at(self, operation: str, strength: float = 1.0) -> pd.Series:
        """The row of `table` for an operation at the measured strength nearest to `strength`."""
        checked(operation, strength)
        rows = self.table[self.table.operation == operation]
        if rows.empty:
            known = ", ".join(self.table.operation.unique())
            raise ValueError(f"{operation} was not measured here, only {known}: name it in operations=…")
        return rows.loc[(rows.strength - strength).abs().idxmin()]

    def verdict(self, operation: str, strength: float = 1.0) -> str:
        """ "safe", "risky" or "changes the label: 6↔9", at the measured strength nearest to `strength`."""
        row = self.at(operation, strength)
        return f"{row.verdict}: {row.exchanges}" if row.exchanges else row.verdict

    def pairs(self, operation: str, n: int | None = None) -> pd.DataFrame:
        """Which class turns into which under `operation`: the rows of `moves`, the largest share first."""
        self.at(operation)
        rows = self.moves[self.moves.operation == operation].drop(columns="operation")
        return rows.sort_values(["exchange", "share", "images"], ascending=False, kind="stable", ignore_index=True)[:n]

    def __repr__(self) -> str:
        changed = self.table[self.table.verdict == CHANGES]
        named = "; ".join(f"{row.operation} {row.strength:g}: {row.exchanges}" for row in changed.itertuples())
        return (
            f"Survival({self.model} on {self.right:,} of {self.images:,} images of {self.data}, which it labelled "
            f"rightly; {CHANGES}: {named or 'none'})"
        )

    def _repr_html_(self) -> str:
        strengths = sorted(self.table.strength.unique())
        rows = []
        for operation, measured in self.table.groupby("operation", sort=False):
            cells = {row.strength: _cell(row) for row in measured.itertuples()}
            if OPERATIONS[operation].switch:
                span = f' colspan="{len(strengths)}" style="text-align:center"'
                body = f"<td{span} {cells[1.0]}</td>"
            else:
                body = "".join(f"<td {cells[strength]}</td>" for strength in strengths)
            rows.append(f"<tr><th>{operation}</th>{body}</tr>")
        heads = "".join(f"<th>{strength:g}</th>" for strength in strengths)
        title = f'{escape(self.model)} on {escape(self.data)}: of <span class="measured">{self.right:,}</span> images '
        title += "that it labelled rightly, the share whose label survives"
        table = f"<table><tr><th>strength</th>{heads}</tr>{''.join(rows)}</table>"
        return f"<div><strong>Survival</strong> {title}{table}</div>"


def survival(
    model: Classifier,
    images: ImageSet,
    operations: Sequence[str] | None = None,
    strengths: Sequence[float] = STRENGTHS,
    seed: int = 0,
) -> Survival:
    """Change `images` with each operation at each strength and count whose label survives in the eyes of `model`.

    Every change is made at the full size of its strength, its direction and place at random. Only images that the
    model labels rightly before the change count. It is what this model sees: an operation it was trained with, it
    survives more easily. `operations` are all but those that mix labels, when left out. Give images that the model
    was not trained on. Raises ValueError for an unknown operation, one that mixes labels, a strength outside 0…1,
    classes that are not the model's, and when not one image is labelled rightly.
    """
    names = [name for name, o in OPERATIONS.items() if not o.mixes] if operations is None else list(operations)
    _check(model, images, names, strengths)
    before = predict(model, images.images).softmax(1)
    right = before.argmax(1) == images.labels
    if not right.any():
        raise ValueError("survival needs images that the model labels rightly; got none: train the model first")
    pixels, labels = images.images[right], images.labels[right]
    sure = _sums(labels, before[right].amax(1), len(images.classes)) / labels.bincount(minlength=len(images.classes))
    generator = torch.Generator().manual_seed(seed)
    table, moves = [], []
    for name in names:
        for strength in [1.0] if OPERATIONS[name].switch else strengths:
            after = _judged(model, pixels, name, float(strength), generator)
            key = {"operation": name, "kind": OPERATIONS[name].kind, "strength": float(strength)}
            row, moved = _measured(after, labels, sure, images.classes)
            table.append(key | row)
            moves += [{"operation": name, "strength": float(strength)} | move for move in moved]
    return Survival(*_frames(table, moves), model.name, images.name, len(images), len(labels))


def full_size(images: Tensor, operation: str, strength: float, generator: torch.Generator) -> Tensor:
    """uint8 [N, C, H, W] changed as far as `strength` goes, each image in a direction and place of its own."""
    how = OPERATIONS[operation]
    drawn = torch.rand(len(images), how.columns, generator=generator) * 2 - 1
    drawn[:, : how.magnitudes] = torch.where(drawn[:, : how.magnitudes] < 0, -1.0, 1.0)
    drawn = drawn.to(images.device)
    if how.switch and strength > 0:
        drawn, strength = drawn.fill_(-1), 1.0  # every image: those that stay as they are show nothing
    return how.change(images, drawn, strength)


def _judged(model: Classifier, pixels: Tensor, name: str, strength: float, generator: torch.Generator) -> Tensor:
    """Probabilities float32 [N, K] after the change."""
    chunks = (full_size(chunk, name, strength, generator) for chunk in pixels.split(CHUNK))
    return torch.cat([predict(model, chunk) for chunk in chunks]).softmax(1)


def _measured(after: Tensor, labels: Tensor, sure: Tensor, classes: tuple[str, ...]) -> tuple[dict, list[dict]]:
    """One row of the table, and its rows of moves; `sure` [K] is how confident the model was before the change."""
    count = len(classes)
    confidence, taken = after.max(1)
    cell = labels * count + taken
    images = cell.bincount(minlength=count**2).view(count, count)  # rows: true class, columns: taken for
    total = images.sum(1, keepdim=True)
    confident = _sums(cell, confidence, count**2).view(count, count) / images.clamp_min(1)
    exchange = _exchanged(images, total, confident, sure)
    survived = int(images.diagonal().sum())
    low, high = wilson(survived, len(labels))
    named = [f"{classes[a]}↔{classes[b]}" for a, b in exchange.triu().nonzero().tolist()]
    lost = any(n and wilson(int(images[a, a]), int(n))[1] < 0.5 for a, n in enumerate(total.flatten()))
    verdict = CHANGES if named else SAFE if low >= SAFE_SHARE and not lost else RISKY
    row = {"images": len(labels), "survived": survived, "share": survived / len(labels), "low": low, "high": high}
    row |= {"verdict": verdict, "exchanges": ", ".join(named)}
    moves = []
    for a, b in (images * (1 - torch.eye(count, dtype=torch.long))).nonzero().tolist():
        n, of = int(images[a, b]), int(total[a])
        low, high = wilson(n, of)
        move = {"true": classes[a], "taken_for": classes[b], "images": n, "of": of, "share": n / of}
        move |= {"low": low, "high": high, "confidence": float(confident[a, b]), "exchange": bool(exchange[a, b])}
        moves.append(move)
    return row, moves


def _exchanged(images: Tensor, total: Tensor, confident: Tensor, sure: Tensor) -> Tensor:
    """Which pairs of classes change places, bool [K, K], symmetric; see Survival for what that means."""
    share = images / total.clamp_min(1)
    away = share.clone().fill_diagonal_(0)
    goes = (away >= away.amax(1, keepdim=True)) & (away >= EACH_WAY)  # to b rather than to any other class
    goes &= confident > sure.nan_to_num(1).view(-1, 1) / 3  # …by a model that is not just guessing
    goes &= share >= share.amax(0, keepdim=True)  # …and b gets more of a than of any other class, b itself included
    pairs = (goes & goes.T).triu(1).nonzero().tolist()
    exchange = torch.zeros_like(goes)
    for a, b in pairs:
        moved, stayed = int(images[a, b] + images[b, a]), int(images[a, a] + images[b, b])
        exchange[a, b] = exchange[b, a] = wilson(moved, moved + stayed)[0] > 0.5
    return exchange


def _sums(where: Tensor, values: Tensor, count: int) -> Tensor:
    return torch.zeros(count).index_add_(0, where, values)


def _frames(table: list[dict], moves: list[dict]) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    columns = ["operation", "strength", "true", "taken_for", "images", "of", "share", "low", "high", "confidence"]
    return pd.DataFrame(table), pd.DataFrame(moves, columns=[*columns, "exchange"])


def _cell(row) -> str:
    """What stands between <td and </td> for one row of the table."""
    what = row.exchanges if row.verdict == CHANGES else row.verdict
    return f'class="measured">{row.share:.0%} {escape(what)}'


def _check(model: Classifier, images: ImageSet, names: list[str], strengths: Sequence[float]) -> None:
    if not len(images):
        raise ValueError("survival needs images; got an empty ImageSet: give it the validation part of a split")
    if images.classes != model.classes:
        raise ValueError(
            f"the model knows the classes {model.classes}; the images have {images.classes}: "
            "measure on the set it was trained for"
        )
    if not names or not len(strengths):
        raise ValueError("survival needs at least one operation and one strength; got none: leave them out for all")
    for name in names:
        for strength in strengths:
            checked(name, strength)
        if OPERATIONS[name].mixes:
            raise ValueError(f"{name} mixes two labels, so none can survive: measure operations that keep one image")
