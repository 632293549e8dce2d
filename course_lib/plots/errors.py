"""Figures of errors: which images go wrong, what they have in common, and where the model looked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from .. import figures, gradcam
from ..datasets import critters
from ..evaluation import Report
from ..imageset import ImageSet
from ..label_issues import find
from ..models import Classifier, predict
from ..neighbours import Neighbours
from ..slices import by_fact
from .drawing import finish, listed, literally, mosaic

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FACE = {"scale", "shift_x", "shift_y"}  # facts that tell where the face is
VEIL = 0.6  # how much of the heat's colour lies over the image


def slices(report: Report, fact: str, bins: int = 4, ax: Axes | None = None) -> Axes:
    """Accuracy in slices of a fact, each with its 95 % interval and its number of images; see `slices.by_fact`."""
    table = by_fact(report, fact, bins)
    ax = figures.new(8, 1.2 + 0.42 * len(table))[0] if ax is None else ax
    rows = np.arange(len(table))
    ax.hlines(rows, table.low, table.high, color=figures.BLUE, linewidth=6, alpha=0.3)
    ax.plot(table.accuracy, rows, "o", color=figures.BLUE, markersize=8)
    for row, accuracy in enumerate(table.accuracy):
        ax.annotate(f"{accuracy:.0%}", (accuracy, row), (0, 6), textcoords="offset points", ha="center", fontsize=8)
    ax.axvline(report.accuracy, color=figures.GREY, linestyle=":")
    ax.set_yticks(rows, [literally(f"{name}  ({n})") for name, n in zip(table.slice, table.images, strict=True)])
    ax.set(
        xlim=(max(-0.02, min(0.8, table.low.min() - 0.03)), 1.02),
        ylim=(len(table) - 0.5, -0.75),
        ylabel=f"{fact} (images)",
    )
    ax.set_xlabel(f"accuracy (band: 95 % interval; dotted: all images, {report.accuracy:.0%})")
    ax.xaxis.set_major_formatter("{x:.0%}")
    ax.grid(axis="x", alpha=0.25)
    said = listed(f"{r.slice}: {r.accuracy:.0%} of {r.images}" for r in table.itertuples())
    finish(ax, f"Accuracy by {fact}", said)
    return ax


def confused_pairs(report: Report, n: int = 3, examples: int = 5, ax: Axes | None = None) -> Axes:
    """The `n` most frequent mistakes, a row each, with up to `examples` of their images, the most confident first."""
    pairs = list(report.confused_pairs(n).itertuples())
    wrong, tiles, captions, heads = report.errors(), [], [], []
    for pair in pairs:
        rows = wrong.row[(wrong.true == pair.true) & (wrong.predicted == pair.predicted)][:examples]
        tiles += [[report.images.images[row] for row in rows]]
        captions += [[f"{report.confidence[row]:.0%} sure" for row in rows]]
        counted = "1 image" if pair.images == 1 else f"{pair.images} images"
        heads.append(f"{pair.true} → {pair.predicted}\n{counted}\n{pair.share:.0%} of {pair.true}")
    ax = _grid(tiles, captions, heads, ax)
    found = listed(f"{p.true} taken for {p.predicted} {p.images} times" for p in pairs)
    finish(ax, "Most frequent mistakes: true → predicted" if pairs else "No wrong prediction", found)
    return ax


def neighbours(neighbours: Neighbours, n: int = 6, ax: Axes | None = None) -> Axes:
    """Up to `n` images, a row each: left of the line the image, right of it those that the model finds most like it."""
    asked, among = neighbours.images[:n], neighbours.among
    tiles, captions, labels = [], [], []
    for i, name in enumerate(asked.label_names):
        rows, alike = neighbours.rows[i], neighbours.similarity[i]
        names = among[rows].label_names
        tiles.append([asked.images[i], *among.images[rows]])
        captions.append([name, *(f"{near}\n{s:.2f} alike" for near, s in zip(names, alike, strict=True))])
        labels.append([name, *names])
    ax = _grid(tiles, captions, [], ax)
    if tiles:
        ax.axvline(1.05, color=figures.GREY, linewidth=1.5)
    others = [near != row[0] for row in labels for near in row]
    for text, other in zip(ax.texts, others, strict=False):
        if other:
            text.set(color=figures.RED, fontweight="bold")
    said = [f"{name} is near {', '.join(names)}" for name, *names in labels]
    title = f"The nearest in {among.name} (red: another class)" if tiles else "No image, so no neighbours"
    finish(ax, title, "; ".join(said))
    return ax


def label_issues(report: Report, n: int = 12, ax: Axes | None = None) -> Axes:
    """The `n` labels that the model doubts most: what is given, and what it suggests."""
    table = find(report)
    shown = table.head(n)
    captions = [f"labelled {row.given}\nsuggested {row.suggested}" for row in shown.itertuples()]
    ax = mosaic(report.images[shown.row.to_numpy()].images, captions, columns=6, ax=ax)
    title = f"{len(shown)} of {len(table)} doubted labels, the most suspicious first"
    finish(ax, title if len(table) else "No label is doubted", listed(c.replace("\n", ", ") for c in captions))
    return ax


def heat(model: Classifier, images: ImageSet, target: str | None = None, n: int = 6, ax: Axes | None = None) -> Axes:
    """Up to `n` images, each beside what speaks for the predicted class (for class `target`), bright where it is hot.

    The face is circled if the facts tell where it is.
    """
    shown = images[:n]
    probabilities = predict(model, shown.images).softmax(1)
    names = [model.classes[i] for i in probabilities.argmax(1).tolist()]
    hot = gradcam.heat(model, shown.images, target)
    inside = _in_the_face(hot, shown)
    tiles, captions = [], []
    for i, (image, true) in enumerate(zip(shown.images, shown.label_names, strict=True)):
        tiles += [image, _veiled(image, hot[i])]
        share = "" if inside is None or inside[i].isnan() else f"\n{inside[i]:.0%} in the face"
        captions += [f"{true} → {names[i]}\n{probabilities[i].max():.0%} sure", f"for {target or names[i]}{share}"]
    ax = mosaic(tiles, captions, columns=6, ax=ax, pairs=True)
    if inside is not None:
        _circle_faces(ax, critters.face_box(shown.facts, 1))
    title = "What spoke for the answer" if tiles else "No image, so no heat"
    finish(ax, title, listed(caption.replace("\n", ", ") for caption in captions))
    return ax


def looked_at(report: Report, heat: Tensor, ax: Axes | None = None) -> Axes:
    """How much of the heat [N, H, W] lies in the face, a dot per image, for right and wrong predictions.

    Raises ValueError if the facts do not tell where the face is; critters have it.
    """
    inside = _in_the_face(heat, report.images)
    if inside is None:
        raise ValueError(f"to know where the face is takes the facts {', '.join(sorted(FACE))}: take critters")
    ax = figures.new(8, 2.9)[0] if ax is None else ax
    area = _in_the_face(torch.ones_like(heat), report.images)
    right = report.predicted == report.images.labels
    said, faces, names = [], [], []
    for row, (name, rows, colour) in enumerate((("right", right, figures.BLUE), ("wrong", ~right, figures.RED))):
        shares = inside[rows & ~inside.isnan()].numpy()
        names.append(f"{name} ({len(shares)})")
        if len(shares):
            order = np.argsort(np.argsort(shares))
            aside = row + ((order * 0.618034) % 1 - 0.5) * 0.5  # spread evenly, the same every time
            ax.scatter(shares, aside, s=9, color=colour, alpha=0.35, linewidths=0)
            ax.vlines(shares.mean(), row - 0.36, row + 0.36, color=colour, linewidth=3)
            face = area[rows].mean()
            ax.vlines(face, row - 0.36, row + 0.36, color=figures.GREY, linestyle=":", linewidth=2)
            ax.annotate(
                f"{shares.mean():.0%}", (shares.mean(), row - 0.36), (0, 3), textcoords="offset points", ha="center"
            )
            said.append(f"{name} images {shares.mean():.0%}")
            faces.append(f"of {name} images the face is {face:.0%}")
    ax.set_yticks((0, 1), names)
    ax.set(
        xlim=(-0.01, 1.01),
        ylim=(1.55, -0.65),
        xlabel="share of the heat inside the face (line: mean; dotted: share of the image that the face is)",
    )
    ax.xaxis.set_major_formatter("{x:.0%}")
    finish(ax, f"Heat inside the face: {', '.join(said)}", listed(faces))
    return ax


def _grid(tiles: Sequence, captions: Sequence, heads: Sequence[str], ax: Axes | None) -> Axes:
    """Rows of images with their captions, and a heading, if there are any, left of each row."""
    columns = max(3, max(map(len, tiles), default=0))  # room for a title
    lines = max((text.count("\n") + 1 for row in captions for text in row), default=1)
    tall = 1.08 + 0.17 * lines
    width = columns + (1.2 if heads else 0)
    ax = figures.new(width * 1.15 + 0.4, max(1, len(tiles)) * tall * 1.15 + 0.4)[0] if ax is None else ax
    blank = torch.full_like(tiles[0][0], 255) if len(tiles) else None
    flat = [tile for row in tiles for tile in (*row, *[blank] * (columns - len(row)))]
    texts = [text for row in captions for text in (*row, *[""] * (columns - len(row)))]
    mosaic(flat, texts, columns=columns, ax=ax)
    for row, head in enumerate(heads):
        ax.text(-0.12, -row * tall - 0.5, literally(head), ha="right", va="center", fontsize=8.5)
    ax.set_xlim(-1.35 if heads else -0.05)
    return ax


def _in_the_face(heat: Tensor, images: ImageSet) -> Tensor | None:
    """Share of heat [N, H, W] inside each face, float32 [N]; None if nobody knows where the faces are."""
    if not set(images.facts) >= FACE:
        return None
    box: pd.DataFrame = critters.face_box(images.facts, images.shape[-1])
    return gradcam.share_inside(heat, box.x, box.y, box.radius)


def _circle_faces(ax: Axes, box: pd.DataFrame) -> None:
    """A circle on every second picture; `box` in image widths."""
    from matplotlib.patches import Circle

    for picture, face in zip(ax.images[1::2], box.itertuples(), strict=True):
        left, _, _, top = picture.get_extent()
        for colour, width in (("black", 2.4), ("white", 1.1)):  # seen on dark and on light
            style = {"fill": False, "edgecolor": colour, "linewidth": width}
            circle = ax.add_patch(Circle((left + face.x, top - face.y), face.radius, **style))
            circle.set_clip_path(picture.get_clip_path() or ax.patch)


def _veiled(image: Tensor, heat: Tensor) -> Tensor:
    """The image in grey, uint8 [3, H, W], under the colours of its heat [H, W]: what is cold is dark."""
    import matplotlib

    colours = torch.from_numpy(matplotlib.colormaps["inferno"](heat.numpy())[..., :3]).permute(2, 0, 1).float()
    grey = image.float().mean(0, keepdim=True) / 255
    return ((1 - VEIL) * grey + VEIL * colours).mul(255).round().to(torch.uint8).expand(3, -1, -1)
