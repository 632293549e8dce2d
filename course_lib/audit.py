"""Audit: a table that says in words what could make a split lie, and the pairs of images that prove it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from . import duplicates
from .imageset import ImageSet

if TYPE_CHECKING:
    import pandas as pd

TINY_CLASS = 5  # with fewer images of a class in a part, one image moves its recall by over 20 points
SHARE_GAP = 0.10  # a class may take this much more of one part than of another
MARKS = {True: "✓", False: "✗", None: "?"}
NEAR = "near copies"  # the one check that measures instead of counting
NEAR_SHARE = 0.01  # look-alikes by chance: the finder's own share of false pairs (benchmarks/audit.py)


Check = tuple[str, bool | None, str, str]  # a row of the table


@dataclass(frozen=True, eq=False, repr=False)
class Audit:
    """What was looked for in a split and what was found.

    parts    the audited ImageSets by name
    table    DataFrame, a row per check: check, ok (True, False, or None: could not be checked), found, meaning
    balance  DataFrame, a row per class: images in each part
    pairs    DataFrame, a row per pair of images on two sides: left_part, left, right_part, right (row numbers within
             the parts), kind ("exact", "near", "group"), similarity (at most 1; NaN for "group"), mirrored. Of a group
             on two sides it holds one pair.
    """

    parts: Mapping[str, ImageSet]
    table: pd.DataFrame
    balance: pd.DataFrame
    pairs: pd.DataFrame

    @property
    def ok(self) -> bool:
        """True when no check failed; read the table for those that could not be made."""
        return not any(ok is False for ok in self.table.ok)

    @property
    def words(self) -> str:
        """The verdict in a sentence or two, for a person."""
        if self.ok:
            return "No leak found: these parts can be trusted to judge a model."
        return " ".join(f"{row.found} {row.meaning}" for row in self.table.itertuples() if row.ok is False)

    def __repr__(self) -> str:
        return f"Audit({'ok' if self.ok else 'not ok'}: {self.words})"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        rows = "".join(
            f"<tr><td {left}>{MARKS[row.ok]} {escape(row.check)}</td>"
            f'<td {left} class="{"measured" if row.check == NEAR else "counted"}">{escape(row.found)}</td>'
            f"<td {left}>{escape(row.meaning)}</td></tr>"
            for row in self.table.itertuples()
        )
        heads = "".join(f"<th {left}>{head}</th>" for head in ("check", "found", "what it means"))
        verdict = "ok" if self.ok else "not ok"
        return f"<div><strong>Audit: {verdict}</strong><table><tr>{heads}</tr>{rows}</table></div>"


def examine(parts: Mapping[str, ImageSet]) -> Audit:
    """Audit ImageSets of the same classes and image size, by the names of their parts."""
    import pandas as pd

    balance = pd.DataFrame({name: images.counts() for name, images in parts.items()})
    copies, groups = _copies(parts), _shared_groups(parts)
    pairs = pd.concat([copies, groups], ignore_index=True)
    judged = sum(len(images) for name, images in list(parts.items())[1:])
    rows = [
        _check_sizes(balance),
        _check_shares(balance),
        _check_exact(copies[copies.kind == "exact"], judged),
        _check_near(copies[copies.kind == "near"], judged),
        _check_groups(groups, known=any(images.facts["group"].duplicated().any() for images in parts.values())),
    ]
    table = pd.DataFrame(rows, columns=["check", "ok", "found", "meaning"], dtype=object)
    return Audit(parts, table, balance, pairs)


def _copies(parts: Mapping[str, ImageSet]) -> pd.DataFrame:
    """Exact and near duplicates between every two parts."""
    import pandas as pd

    described = {name: duplicates.describe(images.images) for name, images in parts.items()}
    found = [
        duplicates.match(described[left], described[right]).assign(left_part=left, right_part=right)
        for left, right in combinations(parts, 2)
    ]
    return pd.concat(found, ignore_index=True)


def _shared_groups(parts: Mapping[str, ImageSet]) -> pd.DataFrame:
    """Groups with images in two parts: the first image of the group in each of them."""
    import pandas as pd

    rows = []
    for left, right in combinations(parts, 2):
        first = [parts[name].facts["group"].astype(str).drop_duplicates().reset_index() for name in (left, right)]
        both = first[0].merge(first[1], on="group", suffixes=("_left", "_right"))
        rows.append(
            pd.DataFrame({"left": both.index_left, "right": both.index_right, "group": both.group}).assign(
                left_part=left, right_part=right, kind="group", similarity=np.nan, mirrored=False
            )
        )
    return pd.concat(rows, ignore_index=True)


def _check_sizes(balance: pd.DataFrame) -> Check:
    small = [(name, part, n) for part in balance for name, n in balance[part].items() if n < TINY_CLASS]
    if not small:
        least = int(balance.to_numpy().min())
        return "class sizes", True, f"At least {least} images of each class in each part.", "Every class can be judged."
    name, part, n = min(small, key=lambda s: s[2])
    found = f"{len(small)} counts are under {TINY_CLASS}, the smallest {name!r} with {n} images in {part}."
    return "class sizes", False, found, "Their scores are luck: collect more of them."


def _check_shares(balance: pd.DataFrame) -> Check:
    shares = balance / balance.sum()
    gap = (shares.max(axis=1) - shares.min(axis=1)).fillna(1.0)
    found = f"The largest gap is {gap.max():.1%}, for {gap.idxmax()!r}."
    if gap.max() <= SHARE_GAP:
        return "class shares alike", True, found, "The parts ask the same question."
    return "class shares alike", False, found, "The parts ask different questions: split anew."


def _check_exact(pairs: pd.DataFrame, judged: int) -> Check:
    if pairs.empty:
        found = f"None among {judged:,} val and test images."
        return "exact copies", True, found, "None of them was also a train image."
    images = len(pairs[["right_part", "right"]].drop_duplicates())
    found = f"{images:,} of {judged:,} val and test images are, byte for byte, in another part too."
    return "exact copies", False, found, "The score counts what was learnt by heart: remove one of each pair."


def _check_near(pairs: pd.DataFrame, judged: int) -> Check:
    images = len(pairs[["right_part", "right"]].drop_duplicates())
    found = f"{images:,} of {judged:,} val and test images look like one in another part."
    if images <= NEAR_SHARE * judged:
        return NEAR, True, found, f"Up to {NEAR_SHARE:.0%} is chance; look at the pairs all the same."
    return NEAR, False, found, "The score counts look-alikes: look at the pairs and remove the copies."


def _check_groups(groups: pd.DataFrame, known: bool) -> Check:
    shared = groups["group"].nunique()
    if not shared and not known:
        found = "No groups are known, so this was not checked."
        return "groups on one side", None, found, "Ask whether one subject gave several images."
    if not shared:
        return "groups on one side", True, "Every group lies in one part.", "New subjects are what is judged."
    found = f"{shared:,} groups have images in more than one part."
    return "groups on one side", False, found, "The score counts subjects already seen: split by='group'."
