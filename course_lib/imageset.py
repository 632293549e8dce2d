"""ImageSet: the noun every room takes. Images, their labels, the class names, and what is known of each image."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:  # pandas takes 0.4 s to import; nobody pays for it before a table is needed
    import pandas as pd

REQUIRED_FACTS = ("id", "group", "source")


@dataclass(frozen=True, eq=False, repr=False)
class ImageSet:
    """Labelled images, all of one size.

    images   uint8 [N, C, H, W] in 0…255, C is 1 (grey) or 3 (RGB); in memory or memory-mapped
    labels   int64 [N], each the index of a class
    classes  the K class names, all different
    facts    DataFrame of N rows: `id`, `group` (what must stay on one side of a split: a person, a track),
             `source`, and whatever else is known of each image; made up from `name` when left out
    name     what messages, tables and cards call this set

    Indexing by a number, a slice, a mask or a list of numbers gives an ImageSet again.
    Raises ValueError, naming the field, for anything that does not fit together.
    """

    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    facts: pd.DataFrame | None = None
    name: str = "images"

    def __post_init__(self) -> None:
        _check_images(self.images)
        object.__setattr__(self, "classes", _checked_classes(self.classes))
        _check_labels(self.labels, len(self.images), len(self.classes))
        facts = _own_facts(self.name, len(self.images)) if self.facts is None else self.facts
        _check_facts(facts, len(self.images))
        object.__setattr__(self, "facts", facts.reset_index(drop=True))

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int | slice | Sequence | np.ndarray | Tensor) -> ImageSet:
        rows = _rows(index, len(self))
        at = rows if isinstance(rows, slice) else torch.tensor(rows)
        return ImageSet(self.images[at], self.labels[at], self.classes, self.facts.iloc[rows], self.name)

    def __iter__(self) -> Iterator[ImageSet]:
        return (self[i] for i in range(len(self)))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        return tuple(self.images.shape[1:])

    @property
    def label_names(self) -> list[str]:
        """The class name of each image, [N]."""
        return [self.classes[i] for i in self.labels.tolist()]

    def counts(self) -> pd.Series:
        """Images per class, int, indexed by class name; a class without images counts 0."""
        import pandas as pd

        counted = torch.bincount(self.labels, minlength=len(self.classes)).numpy()
        return pd.Series(counted, index=pd.Index(self.classes, name="class"), name="images")

    def fingerprint(self) -> str:
        """16 hex digits that change with any image, label or class name: the version of the data, for a log."""
        seen = hashlib.sha256(repr((self.classes, tuple(self.images.shape))).encode())
        for images in self.images.split(4096):  # a memory-mapped set need not fit into memory
            seen.update(images.contiguous().numpy())
        seen.update(self.labels.contiguous().numpy())
        return seen.hexdigest()[:16]

    def __repr__(self) -> str:
        return f"ImageSet({_summary(self)})"

    def _repr_html_(self) -> str:
        """A captioned grid of thumbnails, spread evenly over the set."""
        shown = np.linspace(0, len(self) - 1, min(len(self), 12)).round().astype(int) if len(self) else []
        figures = "".join(
            f'<figure style="margin:0;text-align:center">{img_tag(self.images[i], self.classes[self.labels[i]])}'
            f"<figcaption>{escape(self.classes[self.labels[i]])}</figcaption></figure>"
            for i in shown
        )
        grid = f'<div style="display:flex;flex-wrap:wrap;gap:8px;margin-top:4px">{figures}</div>'
        return f"<div><strong>ImageSet</strong> {escape(_summary(self))}{grid}</div>"


def to_png(image: Tensor) -> bytes:
    """One uint8 [C, H, W] image as the bytes of a PNG file."""
    from PIL import Image

    pixels = image.permute(1, 2, 0).contiguous().numpy()
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze(-1) if pixels.shape[-1] == 1 else pixels).save(file, "PNG")
    return file.getvalue()


def img_tag(image: Tensor, alt: str, width: int = 72) -> str:
    """One uint8 [C, H, W] image as an HTML <img> that carries its own pixels, `width` CSS pixels wide."""
    data = base64.b64encode(to_png(image)).decode()
    return (
        f'<img alt="{escape(alt)}" width="{width}" style="image-rendering:pixelated" '
        f'src="data:image/png;base64,{data}">'
    )


def _summary(images: ImageSet) -> str:
    shape = ", ".join(map(str, images.images.shape))
    return f"{images.name}: {len(images):,} images uint8 [{shape}], {len(images.classes)} classes"


def _rows(index: object, length: int) -> slice | np.ndarray:
    """Any index as a slice or as row numbers int64 [n]; IndexError or ValueError when it does not fit `length`."""
    if isinstance(index, slice):
        if (index.step or 1) > 0:
            return index
        return np.arange(length)[index].copy()  # torch has no negative steps
    rows = np.atleast_1d(np.asarray(index))
    if rows.dtype == bool:
        if rows.shape != (length,):
            raise ValueError(f"a mask needs one True or False per image, [{length}]; got shape {list(rows.shape)}")
        return np.flatnonzero(rows)
    if rows.size == 0:
        return np.zeros(0, dtype=np.int64)
    if rows.ndim != 1 or not np.issubdtype(rows.dtype, np.integer):
        raise ValueError(f"index with a slice, a mask or whole numbers; got {rows.dtype} of shape {list(rows.shape)}")
    if rows.min() < -length or rows.max() >= length:
        raise IndexError(f"this set has {length} images, numbered 0 to {length - 1}; got {rows.min()} to {rows.max()}")
    return np.where(rows < 0, rows + length, rows).astype(np.int64)


def _check_images(images: object) -> None:
    wants = "images must be a torch tensor, uint8 [N, C, H, W] with C = 1 or 3"
    if not isinstance(images, Tensor):
        raise ValueError(f"{wants}; got {type(images).__name__}: wrap an array with torch.from_numpy")
    if images.dtype != torch.uint8:
        raise ValueError(f"{wants}; got {images.dtype}: scale to 0…255 and call .to(torch.uint8)")
    if images.ndim != 4 or images.shape[1] not in (1, 3) or 0 in images.shape[1:]:
        raise ValueError(f"{wants}; got shape {list(images.shape)}")


def _checked_classes(classes: object) -> tuple[str, ...]:
    wants = "classes must be different names, one per class"
    if isinstance(classes, str) or not isinstance(classes, Sequence) or not classes:
        raise ValueError(f"{wants}; got {classes!r}: give a tuple such as ('cat', 'dog')")
    if not all(isinstance(name, str) for name in classes):
        raise ValueError(f"{wants}; got {next(n for n in classes if not isinstance(n, str))!r}: give each as text")
    twice = sorted({name for name in classes if list(classes).count(name) > 1})
    if twice:
        raise ValueError(f"{wants}; got {twice[0]!r} more than once: rename or merge it")
    return tuple(classes)


def _check_labels(labels: object, images: int, classes: int) -> None:
    wants = f"labels must be a torch tensor, int64 [{images}], each 0 to {classes - 1}"
    if not isinstance(labels, Tensor):
        raise ValueError(f"{wants}; got {type(labels).__name__}: wrap an array with torch.from_numpy")
    if labels.dtype != torch.int64 or labels.shape != (images,):
        raise ValueError(f"{wants}; got {labels.dtype} {list(labels.shape)}: one whole number per image")
    if images and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"{wants}; got {labels.min()} to {labels.max()}: every label needs a name in `classes`")


def _check_facts(facts: object, images: int) -> None:
    import pandas as pd

    wants = f"facts must be a DataFrame of {images} rows with the columns {', '.join(REQUIRED_FACTS)}"
    if not isinstance(facts, pd.DataFrame):
        raise ValueError(f"{wants}; got {type(facts).__name__}: leave it out if nothing is known")
    if len(facts) != images:
        raise ValueError(f"{wants}; got {len(facts)} rows: give one row per image")
    missing = [column for column in REQUIRED_FACTS if column not in facts]
    if missing:
        raise ValueError(f"{wants}; got none called {', '.join(missing)}: add it, one value per image")
    without = int(facts["group"].isna().sum())
    if without:
        raise ValueError(f"{wants}; got {without} rows without a group: give each such image a group of its own")


def _own_facts(name: str, images: int) -> pd.DataFrame:
    import pandas as pd

    ids = [f"{name}-{i:05d}" for i in range(images)]
    return pd.DataFrame({"id": ids, "group": ids, "source": name})
