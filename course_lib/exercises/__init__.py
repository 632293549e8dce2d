"""Exercises: `check` an answer, ask for a `hint`, see the worked `solution`, and the board of `progress`."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from importlib import import_module

from . import board
from .board import Board
from .judging import fingerprint, judge
from .noun import Exercise, Verdict
from .showing import Hint, Solution

__all__ = ["check", "hint", "progress", "solution"]

# The notebook of every room of exercises; each room lists its own as EXERCISES, in the order of the notebook.
NOTEBOOKS = {
    "roadmap": "00_roadmap",
    "data_split": "01_data_split",
    "augmentation": "02_augmentation",
    "architectures": "03_architectures",
    "training": "04_training",
    "evidence": "05_evidence",
}
TRIES = 3  # different answers after which the worked solution opens


def of_notebook(room: str) -> dict[str, Exercise]:
    """The exercises of one of NOTEBOOKS by their names, in the order of the notebook."""
    return {exercise.name: exercise for exercise in import_module(f"{__name__}.{room}").EXERCISES}


def check(name: str, answer: object = None, *, because: str = "") -> Verdict:
    """The Verdict on `answer`: ✓ and what it shows, ✗ and why, or not attempted yet. It never raises for an answer.

    `because` is the reason, in words, that some choices ask for. What was right or wrong goes on the board.
    """
    exercise = _found(name)
    if isinstance(exercise, str):
        return Verdict(_shown(name), None, exercise)
    verdict = judge(exercise, answer, because=because)
    if verdict.ok is None:
        return verdict
    note = board.attempted(exercise.name, verdict.ok, fingerprint(answer, because))
    return replace(verdict, note=note)


def hint(name: str) -> Hint:
    """The hints of an exercise, one more with every call: from a nudge to nearly there."""
    exercise = _found(name)
    if isinstance(exercise, str):
        return Hint(_shown(name), (), 0, exercise)
    number, note = board.hinted(exercise.name, len(exercise.hints))
    more = note or ("" if number < len(exercise.hints) else f"That was the last. {_opens(exercise.name)}")
    return Hint(exercise.name, exercise.hints[:number], len(exercise.hints), more)


def solution(name: str) -> Solution:
    """The worked solution, after a right answer or three different ones."""
    exercise = _found(name)
    if isinstance(exercise, str):
        return Solution(_shown(name), says=exercise)
    if _missing_tries(exercise.name):
        return Solution(exercise.name, says=_opens(exercise.name))
    return Solution(exercise.name, exercise.solution.strip("\n"))


def progress() -> Board:
    """The board: every exercise of the chapter, and the pass check; `progress().save("progress.html")` keeps a copy."""
    return board.board({title: list(of_notebook(room)) for room, title in NOTEBOOKS.items()})


def _missing_tries(name: str) -> int:
    entry = {**board.NEW, **board.load()[0].get(name, {})}
    return 0 if entry["ok"] else max(0, TRIES - len(entry["attempts"]))


def _opens(name: str) -> str:
    missing = _missing_tries(name)
    if not missing:
        return f'The worked solution is open: solution("{name}").'
    answers = "one more, different answer" if missing == 1 else f"{missing} more, different answers"
    return f"The worked solution opens after ✓, or after {answers}."


def _found(name: object) -> Exercise | str:
    """The exercise called `name`, or what to say when there is none."""
    if type(name) is not str:
        return 'the name of the exercise comes first: check("notebook.exercise", answer)'
    room = name.partition(".")[0]
    known = of_notebook(room) if room in NOTEBOOKS else {}
    if name in known:
        return known[name]
    known = known or [name for room in NOTEBOOKS for name in of_notebook(room)]
    near = get_close_matches(name, known, n=1, cutoff=0.3)
    return (
        f"there is no exercise of this name: did you mean {near[0]!r}?" if near else "there is no exercise of this name"
    )


def _shown(name: object) -> str:
    return f"{name:.60}" if type(name) is str else "check"
