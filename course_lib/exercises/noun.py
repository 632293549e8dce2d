"""What an exercise is: four kinds of them, and the Verdict on an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Hints = tuple[str, str, str]
Cases = Callable[[np.random.Generator], Iterator[tuple]]


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """What every kind of exercise has.

    name      "<notebook>.<exercise>", such as "augmentation.vertical_flip"
    asks      what to do, in one sentence
    shows     what a right answer shows, in one sentence; said with ✓
    hints     three, from a nudge to nearly there
    solution  a worked solution, as source text: what stands in the student's cell
    """

    name: str
    asks: str
    shows: str
    hints: Hints
    solution: str

    def __post_init__(self) -> None:
        if "." not in self.name or len(self.hints) != 3:
            raise ValueError(f"an exercise is called '<notebook>.<exercise>' and has three hints; got {self.name!r}")


@dataclass(frozen=True, kw_only=True)
class Function(Exercise):
    """Write a function; made by `function`."""

    cases: Cases
    expected: Callable[..., Any] | None = None
    accepts: Callable[..., str] | None = None
    tolerance: float = 0.0
    keeps_input: bool = True


@dataclass(frozen=True, kw_only=True)
class Number(Exercise):
    """Predict a number before the cell is run; made by `number`."""

    expected: float | Callable[[], float]
    tolerance: float
    near: str = ""
    why: Mapping[float, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Choice(Exercise):
    """Choose, and justify; made by `choice`."""

    options: tuple[str, ...]
    expected: frozenset[str]
    why: Mapping[str, str] = field(default_factory=dict)
    justify: bool = False
    several: bool = False


@dataclass(frozen=True, kw_only=True)
class Found(Exercise):
    """Find it in the data; made by `found`."""

    accepts: Callable[[Any], str]


def function(
    name: str,
    *,
    asks: str,
    shows: str,
    hints: Hints,
    solution: str,
    cases: Cases,
    expected: Callable[..., Any] | None = None,
    accepts: Callable[..., str] | None = None,
    tolerance: float = 0.0,
    keeps_input: bool = True,
) -> Function:
    """Write a function. It is called on every case; the first that fails is shown.

    cases        cases(generator) gives tuples of arguments, the smallest first: torch tensors, arrays, numbers, lists …
    expected     expected(*arguments) is the right value, computed in another way than `solution` does. What the answer
                 returns may be a list, an array or a tensor, of any dtype that holds the same numbers
    accepts      instead of `expected`, where several values are right: accepts(result, *arguments) says why `result` is
                 wrong, or "". Numbers and arrays arrive as NumPy, other values as str, tuple, dict or frozenset
    tolerance    how far a number may be off, absolutely and relative to it; rounding of float32 is always allowed
    keeps_input  whether changing an argument in place is an error
    """
    if (expected is None) == (accepts is None):
        raise ValueError(f"{name!r} needs either expected=… or accepts=…")
    judged = {"cases": cases, "expected": expected, "accepts": accepts, "tolerance": tolerance}
    return Function(
        name=name, asks=asks, shows=shows, hints=hints, solution=solution, keeps_input=keeps_input, **judged
    )


def number(
    name: str,
    *,
    asks: str,
    shows: str,
    hints: Hints,
    solution: str,
    expected: float | Callable[[], float],
    tolerance: float,
    near: str = "",
    why: Mapping[float, str] | None = None,
) -> Number:
    """Predict a number. Text is read too: "0.33", "33 %", "1/3".

    expected   the number, or a function without arguments that computes it when it is first needed
    tolerance  how far off, absolutely, is still right
    near       what to say of an answer up to five times `tolerance` off, or a tenth of `expected`
    why        what to say of a wrong number that shows one particular mistake
    """
    said = {"expected": expected, "tolerance": tolerance, "near": near, "why": dict(why or {})}
    return Number(name=name, asks=asks, shows=shows, hints=hints, solution=solution, **said)


def choice(
    name: str,
    *,
    asks: str,
    shows: str,
    hints: Hints,
    solution: str,
    options: Sequence[str],
    expected: str | set[str] | frozenset[str],
    why: Mapping[str, str] | None = None,
    justify: bool = False,
) -> Choice:
    """Choose one of `options`, or all that belong there when `expected` is a set.

    why      what to say when that wrong option is chosen
    justify  whether check(…, because="…") must give a reason, in 4 words or more
    """
    right = frozenset({expected} if isinstance(expected, str) else expected)
    if not right <= set(options) or not set(why or {}) <= set(options):
        raise ValueError(f"{name!r} expects or explains an option that is not among {', '.join(options)}")
    said = {"options": tuple(options), "expected": right, "why": dict(why or {}), "justify": justify}
    several = not isinstance(expected, str)
    return Choice(name=name, asks=asks, shows=shows, hints=hints, solution=solution, several=several, **said)


def found(
    name: str,
    *,
    asks: str,
    shows: str,
    hints: Hints,
    solution: str,
    accepts: Callable[[Any], str],
) -> Found:
    """Find it in the data. accepts(answer) says why it is wrong, or "".

    The answer arrives as plain Python, however it was given: int, float, bool, str, list (also for a tuple, an array, a
    tensor, a Series or a set, which is sorted) or dict. If `accepts` raises, the student hears that the form is wrong.
    """
    return Found(name=name, asks=asks, shows=shows, hints=hints, solution=solution, accepts=accepts)


@dataclass(frozen=True)
class Case:
    """The smallest case at which an answer fails; `expected` and `got` are None where there is nothing to show."""

    arguments: Mapping[str, Any]
    expected: Any = None
    got: Any = None


@dataclass(frozen=True, repr=False)
class Verdict:
    """What `check` says of an answer.

    ok       True, False, or None: not attempted yet
    says     what a right answer shows, or why this one is wrong, in a sentence or two
    case     the smallest case at which it fails
    printed  the first characters that the answer printed
    note     what else the student has to know, such as that the progress could not be kept
    """

    name: str
    ok: bool | None
    says: str
    case: Case | None = None
    printed: str = ""
    note: str = ""

    def __repr__(self) -> str:
        from .showing import verdict_as_text

        return verdict_as_text(self)

    def _repr_html_(self) -> str:
        from .showing import verdict_as_html

        return verdict_as_html(self)
