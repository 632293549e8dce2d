"""How a Verdict, a hint and a worked solution look: as text, and as HTML with small arrays and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..imageset import img_tag
from .comparing import number, plain
from .noun import Case, Verdict

SIGNS = {True: "✓", False: "✗", None: "·"}
COLOURS = {True: "#006B4E", False: "#A34700", None: "#57606A"}  # readable on white; the sign says it too
SIZE = 400  # characters of a value, at most
PICTURES = 4  # images of a batch that are shown


def sign(ok: bool | None) -> str:
    """✓ right, ✗ wrong, · not attempted yet."""
    return SIGNS[ok]


def verdict_as_text(verdict: Verdict) -> str:
    """The Verdict in lines of text."""
    lines = [f"{sign(verdict.ok)} {verdict.name}: {verdict.says}"]
    lines += [f"{name}: {text}" for name, text in _values(verdict.case)] if verdict.case else []
    lines += [f"printed: {verdict.printed}"] if verdict.printed.strip() else []
    return "\n    ".join(lines + ([verdict.note] if verdict.note else []))


def verdict_as_html(verdict: Verdict) -> str:
    """The Verdict as HTML: the sign and the reason, then the smallest case at which it fails."""
    parts = [
        f'<strong style="color:{COLOURS[verdict.ok]}">{sign(verdict.ok)} {escape(verdict.name)}</strong>: '
        f"{escape(verdict.says)}"
    ]
    if verdict.case:
        parts.append(_case_as_html(verdict.case))
    if verdict.printed.strip():
        parts.append(f"<p>It printed:</p><pre>{escape(verdict.printed)}</pre>")
    if verdict.note:
        parts.append(f"<p>{escape(verdict.note)}</p>")
    return f"<div>{''.join(parts)}</div>"


def _values(case: Case) -> list[tuple[str, str]]:
    """Everything of a case, each with its name: the arguments, what was expected, what was got."""
    named = list(case.arguments.items())
    named += [(name, value) for name, value in (("expected", case.expected), ("got", case.got)) if value is not None]
    return [(name, as_text(value)) for name, value in named]


def _case_as_html(case: Case) -> str:
    left = 'style="text-align:left;vertical-align:top"'
    named = [*case.arguments.items(), ("expected", case.expected), ("got", case.got)]
    rows = "".join(
        f"<tr><td {left}>{escape(name)}</td><td {left}>{as_html(value, name)}</td></tr>"
        for name, value in named
        if value is not None
    )
    return f"<div>The smallest case at which it fails:</div><table>{rows}</table>"


def as_text(value: Any) -> str:
    """A value in short: kind, shape and numbers of an array, never more than a few lines."""
    if isinstance(value, np.ndarray | Tensor):
        array = plain(value)
        if not array.ndim:
            return number(array)
        dtype = str(value.dtype).removeprefix("torch.")
        numbers = np.array2string(array, precision=4, threshold=60, edgeitems=3, separator=", ", suppress_small=True)
        return _short(f"{dtype} {list(array.shape)}: {' '.join(numbers.split())}")
    if isinstance(value, tuple | list):
        inside = ", ".join(as_text(item) for item in value[:12]) + (", …" if len(value) > 12 else "")
        return _short(f"[{inside}]" if isinstance(value, list) else f"({inside})")
    if isinstance(value, dict):
        return _short("{" + ", ".join(f"{key!r}: {as_text(item)}" for key, item in list(value.items())[:12]) + "}")
    if isinstance(value, frozenset | set):
        return _short("{" + ", ".join(sorted(map(repr, list(value)[:50]))) + "}")
    if isinstance(value, nn.Module) or callable(value):
        return getattr(value, "__name__", type(value).__name__).replace("<lambda>", "a function")
    return _short(number(value) if isinstance(value, float) else repr(value))


def as_html(value: Any, name: str) -> str:
    """Images as pictures with `name` in their alternative text, everything else as text."""
    if isinstance(value, tuple) and any(map(_is_images, value)):
        return "<br>".join(as_html(item, f"{name} {i}") for i, item in enumerate(value, 1))
    if not _is_images(value):
        return f"<code>{escape(as_text(value))}</code>"
    array = np.asarray(plain(value))
    batch = array if array.ndim == 4 else array[None]
    top = 255.0 if array.dtype.kind in "iu" or array.max(initial=0) > 1 else 1.0
    pixels = np.nan_to_num(batch[:PICTURES].astype(float) * (255 / top)).clip(0, 255).astype(np.uint8)
    tags = (
        img_tag(torch.from_numpy(image), f"{name}, image {i}: {as_text(image)[:120]}")
        for i, image in enumerate(pixels, 1)
    )
    return " ".join(tags) + f"<br><code>{array.dtype!s} {list(array.shape)}</code>"


def _is_images(value: Any) -> bool:
    """Whether a value is an image [C, H, W] or several [N, C, H, W], large enough for more than numbers would say."""
    if not isinstance(value, np.ndarray | Tensor) or value.ndim not in (3, 4):
        return False
    *_, channels, height, width = value.shape
    real = np.asarray(plain(value)).dtype.kind in "iuf"
    return (
        real and channels in (1, 3) and min(height, width) >= 4 and max(height, width) <= 512 and 0 not in value.shape
    )


def _short(text: str) -> str:
    return text if len(text) <= SIZE else f"{text[: SIZE - 1]}…"


@dataclass(frozen=True, repr=False)
class Hint:
    """The hints of an exercise so far, of `total`; `more` says what else helps."""

    name: str
    texts: tuple[str, ...]
    total: int
    more: str = ""

    def __repr__(self) -> str:
        lines = [f"hint {i} of {self.total}: {text}" for i, text in enumerate(self.texts, 1)]
        return "\n    ".join([self.name, *lines, *([self.more] if self.more else [])])

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(text)}</li>" for text in self.texts)
        more = f"<p>{escape(self.more)}</p>" if self.more else ""
        shown = f"hint {len(self.texts)} of {self.total}" if self.texts else ""
        return f"<div><strong>{escape(self.name)}</strong> {shown}<ol>{rows}</ol>{more}</div>"


@dataclass(frozen=True, repr=False)
class Solution:
    """The worked solution of an exercise; `source` is empty, and `says` why, while it is closed."""

    name: str
    source: str = ""
    says: str = ""

    def __repr__(self) -> str:
        return "\n".join(
            part for part in (f"{self.name}: {self.says}" if self.says else self.name, self.source) if part
        )

    def _repr_html_(self) -> str:
        source = f"<pre>{escape(self.source)}</pre>" if self.source else ""
        return f"<div><strong>{escape(self.name)}</strong> {escape(self.says)}{source}</div>"
