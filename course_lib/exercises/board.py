"""The board: which exercises are done, kept in one small file beside the student's other work, and shown.

The file is evidence/progress.json in the folder where the notebook runs: evidence/ is where the lessons put what is a
student's own, so that it is seen, copied and deleted together with the cards. Nothing of it leaves the machine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from ..card import Card
from ..files import copy_aside, write_atomically
from .showing import sign

FOLDER = Path("evidence")
NAME = "progress.json"
FORMAT = 1
KEPT = 200  # different answers to one exercise that are told apart
NEW: Mapping[str, Any] = {"ok": None, "attempts": [], "hints": 0, "first_ok": ""}

Record = dict[str, dict[str, Any]]  # by exercise: what NEW says
_unwritten: dict[Path, Record] = {}  # where a folder cannot be written to, the board lasts as long as the kernel


def path() -> Path:
    """Where the board is kept."""
    return Path.cwd() / FOLDER / NAME


def load() -> tuple[Record, str]:
    """What was kept, and what the student has to know of it; a damaged file is kept aside, and the board is empty."""
    place = path()
    if place in _unwritten:
        return {name: dict(entry) for name, entry in _unwritten[place].items()}, _not_kept()
    try:
        text = place.read_bytes()
    except FileNotFoundError:
        return {}, ""
    except OSError as problem:
        return {}, f"{FOLDER / NAME} cannot be read ({type(problem).__name__}), so the board is empty."
    try:
        return _checked(json.loads(text)), ""
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, _set_aside(place)


def _checked(found: Any) -> Record:
    """The exercises of a file; raises when it is not one that `_save` wrote."""
    if found["format"] != FORMAT:
        raise ValueError("it was written by another version")
    for name, entry in found["exercises"].items():
        kinds = {"ok": bool | None, "attempts": list, "hints": int, "first_ok": str}
        if not isinstance(name, str) or not all(isinstance(entry[key], kind) for key, kind in kinds.items()):
            raise ValueError(f"{name} has another form")
        if not all(isinstance(mark, str) for mark in entry["attempts"]):
            raise ValueError(f"{name} has another form")
    return found["exercises"]


def _set_aside(place: Path) -> str:
    try:
        aside = copy_aside(place)
        place.unlink()
    except OSError:
        return f"{FOLDER / NAME} is damaged, so the board is empty."
    return f"{FOLDER / NAME} was damaged: it is kept as {aside.name}, and the board begins anew."


def _not_kept() -> str:
    return f"{FOLDER / NAME} cannot be written, so the board is lost when the kernel stops."


def _save(record: Record) -> str:
    """Write the file; returns what the student has to know if that fails."""
    place = path()
    try:
        write_atomically(place, json.dumps({"format": FORMAT, "exercises": record}, indent=1, ensure_ascii=False))
    except OSError:
        _unwritten[place] = record
        return _not_kept()
    _unwritten.pop(place, None)
    return ""


def attempted(name: str, ok: bool, mark: str) -> str:
    """Keep that an answer, known by its fingerprint, was right or wrong; once ✓ stays ✓. Returns a note or ""."""
    record, note = load()
    entry = {**NEW, **record.get(name, {})}
    if mark not in entry["attempts"]:
        entry["attempts"] = [*entry["attempts"], mark][-KEPT:]
    if ok and not entry["ok"]:
        entry["first_ok"] = datetime.now().astimezone().isoformat(timespec="seconds")
    entry["ok"] = bool(ok or entry["ok"])
    return _save(record | {name: entry}) or note


def hinted(name: str, at_most: int) -> tuple[int, str]:
    """One hint more; returns how many it is now, and a note or ""."""
    record, note = load()
    entry = {**NEW, **record.get(name, {})}
    entry["hints"] = max(1, min(entry["hints"] + 1, at_most))
    return entry["hints"], _save(record | {name: entry}) or note


@dataclass(frozen=True)
class Line:
    """One exercise on the board. `tries` counts different answers; `first_ok` is the time of the first ✓, ISO 8601."""

    exercise: str
    ok: bool | None
    tries: int
    hints: int
    first_ok: str


@dataclass(frozen=True, repr=False)
class Board:
    """The chapter's board: a Line for every exercise by notebook, and the pass check of every card in evidence/.

    cards  by folder: whether it passes, or None when it cannot be read, and what is missing
    """

    notebooks: dict[str, tuple[Line, ...]]
    cards: dict[str, tuple[bool | None, str]]
    note: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every exercise, in the order of the notebooks."""
        return tuple(line for lines in self.notebooks.values() for line in lines)

    @property
    def done(self) -> int:
        """How many exercises are right."""
        return sum(line.ok is True for line in self.lines)

    def save(self, path: str | Path) -> Path:
        """Write the board to a .json or .html file to hand in; ValueError for another kind, or the board's own file."""
        path = Path(path)
        if path.suffix not in (".json", ".html"):
            raise ValueError(f"the board is saved as .json or .html; got {path.name!r}: choose one of these endings")
        if path.resolve() == (Path.cwd() / FOLDER / NAME).resolve():
            raise ValueError(f"{FOLDER / NAME} is where the board itself is kept: give another name")
        write_atomically(path, self._page() if path.suffix == ".html" else self._json())
        return path

    def _json(self) -> str:
        notebooks = {name: [asdict(line) for line in lines] for name, lines in self.notebooks.items()}
        cards = {name: {"passed": ok, "says": says} for name, (ok, says) in self.cards.items()}
        found = {"right": self.done, "of": len(self.lines), "notebooks": notebooks, "cards": cards}
        return json.dumps(found, indent=1, ensure_ascii=False)

    def _page(self) -> str:
        style = "body{font:16px/1.4 sans-serif;margin:2em}td,th{padding:.2em .8em;text-align:left}"
        return (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Progress</title><style>{style}</style>'
            f"</head><body><h1>Progress</h1>{self._repr_html_()}</body></html>"
        )

    def __repr__(self) -> str:
        return f"Board({self.done} of {len(self.lines)} exercises right)"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        heads = "".join(f"<th {left}>{head}</th>" for head in ("notebook", "exercise", "", "tries", "hints", "first ✓"))
        rows = "".join(
            f"<tr><td {left}>{escape(notebook) if i == 0 else ''}</td><td {left}>{escape(line.exercise)}</td>"
            f"<td>{sign(line.ok)}</td><td>{line.tries or ''}</td><td>{line.hints or ''}</td>"
            f'<td class="measured">{escape(_readable(line.first_ok))}</td></tr>'
            for notebook, lines in self.notebooks.items()
            for i, line in enumerate(lines)
        )
        cards = "; ".join(f"{name} {sign(ok)} {says}" for name, (ok, says) in self.cards.items()) or "no card yet"
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return (
            f"<div><strong>Progress: {self.done} of {len(self.lines)} exercises right</strong>"
            f"<table><tr>{heads}</tr>{rows}</table>"
            f'<p>Pass check of the evidence cards: <span class="measured">{escape(cards)}</span></p>{note}</div>'
        )


def board(notebooks: Mapping[str, Sequence[str]]) -> Board:
    """The Board now; `notebooks` names the exercises of each."""
    record, note = load()
    lines = {
        notebook: tuple(_line(name, {**NEW, **record.get(name, {})}) for name in names)
        for notebook, names in notebooks.items()
    }
    return Board(lines, _cards(), note)


def _line(name: str, entry: Mapping[str, Any]) -> Line:
    return Line(name, entry["ok"], len(entry["attempts"]), entry["hints"], entry["first_ok"])


def _cards() -> dict[str, tuple[bool | None, str]]:
    """The pass check of every card in evidence/; one that cannot be read says so, and stops nothing."""
    found = {}
    for file in sorted(FOLDER.glob("*/card.json")):
        try:
            checked = Card.load(file.parent).check()
            found[file.parent.as_posix()] = (checked.ok, "passed" if checked.ok else _missing(checked.items))
        except Exception as problem:
            found[file.parent.as_posix()] = (None, f"cannot be read ({type(problem).__name__})")
    return found


def _missing(items: Sequence[Any]) -> str:
    return "missing: " + ", ".join(item.name for item in items if not item.ok)


def _readable(time: str) -> str:
    """An ISO time without its seconds and zone."""
    return time[:16].replace("T", " ")
