"""Explanation: one failure in the student's words, what a check says of it, and the two pictures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from torch import Tensor

from .. import figures as drawn
from ..imageset import img_tag

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HOLDS, FAILS, OPEN = "holds", "does not hold", "cannot be checked here"
# What the second picture shows, where that is not the same photo "not …".
SECOND = {
    "wrong label": "what the label says",
    "poor quality": "a better photo",
    "ambiguous class": "a typical one",
    "atypical": "a typical one",
    "wrong region": "on another background",
    "background": "on another background",
}
MARKS = {HOLDS: "✓", FAILS: "✗", OPEN: "?"}


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Why one image was taken for another class, in the student's words, and whether that holds.

    verdict        "holds", "does not hold" or "cannot be checked here"; found: why, in a sentence or two
    before, after  the image, and the photo without the cause, uint8 [C, H, W]; after is None if none was rendered
    after_label    what the model takes `after` for, with after_confidence 0…1; None if there is none
    known          whether the facts made this image, so that a cause of it can be checked
    asks           which evidence to give where it cannot be checked; figures: the Axes that the student gave
    """

    id: str
    true: str
    predicted: str
    confidence: float
    cause: str
    because: str
    verdict: str
    found: str
    before: Tensor | None = None
    after: Tensor | None = None
    after_label: str | None = None
    after_confidence: float | None = None
    known: bool = False
    asks: tuple[str, ...] = ()
    figures: tuple[Axes, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether it holds; where no cause of the image can be checked, whether it brings a figure as evidence."""
        return self.verdict == HOLDS or (self.verdict == OPEN and not self.known and bool(self.figures))

    @property
    def captions(self) -> list[str]:
        """What to write under the pictures that there are: before, after."""
        texts = [f"{self.true}, taken for {self.predicted} ({self.confidence:.0%} sure)"]
        if self.after is not None:
            second = SECOND.get(self.cause, f"not {self.cause}")
            texts.append(f"{second}: taken for {self.after_label} ({self.after_confidence:.0%} sure)")
        return texts

    def __repr__(self) -> str:
        return f"Explanation({self.id}: {self.true} taken for {self.predicted}, {self.cause}: {self.verdict})"

    def _repr_html_(self) -> str:
        pairs = zip((self.before, self.after), self.captions, strict=False)
        pictures = "".join(
            f'<figure style="margin:0;width:200px;text-align:center">{img_tag(image, caption, 200)}'
            f'<figcaption style="text-wrap:balance" class="measured">{escape(caption)}</figcaption></figure>'
            for image, caption in pairs
            if image is not None
        )
        evidence = {id(ax.figure): ax.figure for ax in self.figures}.values()
        asked = "" if self.figures else "".join(f'<li class="measured">{escape(ask)}</li>' for ask in self.asks)
        return (
            f"<div><strong>Explanation: {escape(self.cause)}</strong>, because {escape(self.because)}"
            f'<div style="display:flex;flex-wrap:wrap;gap:16px;margin:6px 0">{pictures}</div>'
            f'<div><strong class="measured">{MARKS[self.verdict]} {escape(self.verdict)}</strong>. '
            f'<span class="measured">{escape(self.found)}</span></div>'
            f"{f'Evidence, as figures=…:<ul>{asked}</ul>' if asked else ''}{''.join(map(drawn.img, evidence))}</div>"
        )
