"""Results: the model result table over several cards, and whether a difference is more than the test images' luck."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING

from .files import write_atomically

if TYPE_CHECKING:
    import pandas as pd

NOISE = 0.05  # a difference that luck alone makes at least this often is within the noise
OTHER_IMAGES = "not on the same images"
NOT_KEPT = "not known which images were right"
COLUMNS = ("card", "data", "model", "augmentation", "val_accuracy", "accuracy", "low", "high", "macro_f1", "images")
CAUTION = (
    "p: how often luck alone makes two equally good models differ so much on these test images; p (Holm): corrected "
    f"for the number of pairs. From {NOISE:g} up the difference is within the noise. It is the luck of the images, not "
    "that of a training: another seed moves the figures too. Every image is taken as independent: with several photos "
    "of one animal, p is too small. A model chosen by this table must be judged on new images."
)


@dataclass(frozen=True, eq=False, repr=False)
class Results:
    """Several cards side by side.

    table  a row per card, in the order given: card (its title), data, model, augmentation, val_accuracy, accuracy (on
           test) with its 95 % interval low and high, macro_f1 (all 0…1), images (of test); None where not measured
    pairs  a row per two cards: left, right, only_left and only_right (test images that only this one got right), p
           (exact McNemar test), p_holm (the same, corrected for the number of pairs), verdict: "within the noise",
           "… is better", "not on the same images", or "not known which images were right" (an older card, or one
           without test predictions); the figures are missing for the last two
    """

    table: pd.DataFrame
    pairs: pd.DataFrame

    def __repr__(self) -> str:
        compared = self.pairs[self.pairs.p.notna()]
        said = "".join(f"; {row.left} and {row.right}: {row.verdict}" for row in compared.itertuples())
        return f"Results({', '.join(self.table.card)}{said})"

    def _repr_html_(self) -> str:
        heads = ("card", "data", "model", "augmentation", "val accuracy", "test accuracy", "95 % interval", "macro-F1")
        rows = "".join(
            "<tr>"
            + "".join(_text(row[key]) for key in COLUMNS[:4])
            + _measured(_share(row["val_accuracy"]), _share(row["accuracy"]))
            + _measured(f"{_share(row['low'])} to {_share(row['high'])}" if _there(row["low"]) else "–")
            + _measured(f"{row['macro_f1']:.3f}" if _there(row["macro_f1"]) else "–")
            + "</tr>"
            for row in self.table.to_dict("records")
        )
        return f"<div><strong>Results</strong>{_table(heads, rows)}{self._pairs_html()}</div>"

    def _pairs_html(self) -> str:
        heads = ("one card", "another", "only the one right", "only the other right", "p", "p (Holm)", "difference")
        compared = self.pairs[self.pairs.p.notna()].to_dict("records")
        rows = "".join(
            f"<tr>{_text(row['left'])}{_text(row['right'])}"
            + _measured(*(f"{row[key]:.0f}" for key in ("only_left", "only_right")))
            + _measured(*(_chance(row[key]) for key in ("p", "p_holm")))
            + f'<td style="text-align:left" class="measured">{escape(row["verdict"])}</td></tr>'
            for row in compared
        )
        html = f"{_table(heads, rows)}<p>{escape(CAUTION)}</p>" if compared else ""
        for verdict in (OTHER_IMAGES, NOT_KEPT):
            rest = self.pairs[self.pairs.verdict == verdict]
            named = "; ".join(f"{row.left} and {row.right}" for row in rest.itertuples())
            html += f"<p>{escape(f'{verdict.capitalize()}: {named}.')}</p>" if named else ""
        return html


def compare(records: Sequence[Mapping[str, object]]) -> Results:
    """The Results of what cards say, each as a dict with the keys of Results.table, and two more.

    fingerprint  of the test images in the order of their ids; right: a text of N letters, "1" where the model was
                 right and "0" where it was wrong, in that order. None in both where that is not known.

    Two cards on the same test images are compared by the exact McNemar test; p values are corrected for the number of
    pairs compared by Holm's method, since among many pairs one differs by luck. ValueError when there is no record.
    """
    import pandas as pd

    if not records:
        raise ValueError("Card.compare needs at least one card; got none: give cards, or the folder that they are in")
    names = _different([str(record["card"]) for record in records])
    table = pd.DataFrame([{key: record.get(key) for key in COLUMNS} for record in records], columns=COLUMNS)
    table["card"] = names
    named = list(zip(names, records, strict=True))
    rows = [_pair(left, one, right, other) for (left, one), (right, other) in combinations(named, 2)]
    compared = [row for row in rows if row["p"] is not None]
    for row, p in zip(compared, holm([row["p"] for row in compared]), strict=True):
        better = row["left"] if row["only_left"] > row["only_right"] else row["right"]
        row |= {"p_holm": p, "verdict": "within the noise" if p >= NOISE else f"{better} is better"}
    columns = ["left", "right", "only_left", "only_right", "p", "p_holm", "verdict"]
    return Results(table, pd.DataFrame(rows, columns=columns))


def mcnemar(only_left: int, only_right: int) -> float:
    """How often luck alone makes two equally good models differ by at least so much, 0…1.

    only_left, only_right  images that only the one, or only the other, got right. Each of them could as well be the
    other's, as a coin falls: the two-sided exact binomial form of the test of McNemar 1947 (Psychometrika 12:153).
    """
    from scipy.stats import binomtest

    discordant = only_left + only_right
    return float(binomtest(only_left, discordant).pvalue) if discordant else 1.0


def holm(chances: Sequence[float]) -> list[float]:
    """p values corrected for being several, in their order (Holm 1979, Scandinavian Journal of Statistics 6:65)."""
    corrected, so_far = [0.0] * len(chances), 0.0
    for rank, i in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        so_far = max(so_far, min(1.0, (len(chances) - rank) * chances[i]))
        corrected[i] = so_far
    return corrected


def add_row(path: Path, row: Mapping[str, object]) -> None:
    """Add `row` to the table at `path` unless it is there already; columns that either lacks stay empty."""
    row = {key: _plain(value) for key, value in row.items()}
    rows = []
    if path.exists():
        try:
            rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        except (UnicodeDecodeError, csv.Error) as problem:
            raise ValueError(f"{path} is no UTF-8 table ({problem}): rename it, and a new one is begun") from problem
    if any(None in old or "run" not in old for old in rows):
        raise ValueError(f"{path} is no table of results, with a column run: rename it, and a new one is begun")
    if any(row.items() <= old.items() for old in rows):
        return
    columns = list(dict.fromkeys(key for r in [*rows, row] for key in r))
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, columns, restval="")
    writer.writeheader()
    writer.writerows([*rows, row])
    write_atomically(path, table.getvalue())


def _pair(left: str, one: Mapping, right: str, other: Mapping) -> dict:
    pair = {"left": left, "right": right} | dict.fromkeys(("only_left", "only_right", "p", "p_holm"))
    if not (one.get("right") and other.get("right")):
        return pair | {"verdict": NOT_KEPT}
    if one["fingerprint"] != other["fingerprint"] or len(one["right"]) != len(other["right"]):
        return pair | {"verdict": OTHER_IMAGES}
    both = list(zip(one["right"], other["right"], strict=True))
    counts = {"only_left": both.count(("1", "0")), "only_right": both.count(("0", "1"))}
    return pair | counts | {"p": mcnemar(**counts), "verdict": ""}


def _different(names: Sequence[str]) -> list[str]:
    """The names, numbered where one comes again, so that a pair says which of them it means."""
    different: list[str] = []
    for name in names:
        numbered = (f"{name} ({n})" if n > 1 else name for n in count(1))
        different.append(next(text for text in numbered if text not in different))
    return different


def _plain(value: object) -> str:
    """A cell as text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _there(value: object) -> bool:
    return value is not None and value == value  # pandas may have made NaN of None


def _share(value: float | None) -> str:
    return f"{value:.1%}" if _there(value) else "–"


def _chance(p: float) -> str:
    return "under 0.001" if p < 0.001 else f"{p:.3f}"


def _text(value: object) -> str:
    return f'<td style="text-align:left">{escape(str(value)) if _there(value) else "–"}</td>'


def _measured(*texts: str) -> str:
    return "".join(f'<td class="measured">{text}</td>' for text in texts)


def _table(heads: Sequence[str], rows: str) -> str:
    head = "".join(f'<th style="text-align:left">{head}</th>' for head in heads)
    return f"<table><tr>{head}</tr>{rows}</table>"
