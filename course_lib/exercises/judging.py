"""From an exercise and an answer to the Verdict: a pure function of both and the seed of the cases."""

from __future__ import annotations

import dis
import hashlib
import inspect
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from .comparing import NotPlain, a, copied, difference, number, plain, python, unchanged
from .noun import Case, Choice, Exercise, Found, Function, Number, Verdict
from .running import SECONDS, run

NOT_YET = "not attempted yet"
WORDS = 4  # fewer are no reason
NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}  # what `...` and `pass` compile to
VISIBLE = 0  # the seed of the cases that a notebook checks


def judge(
    exercise: Exercise, answer: object, *, seed: int = VISIBLE, seconds: float = SECONDS, because: str = ""
) -> Verdict:
    """The Verdict on `answer`. Functions are tried on the cases of `seed`, all within `seconds`; never raises.

    `because` is the reason that some choices ask for.
    """
    if _empty(answer):
        return Verdict(exercise.name, None, NOT_YET)
    try:
        if isinstance(exercise, Function):
            return _function(exercise, answer, seed, seconds)
        held = run(lambda: _plainly(answer), (), seconds)
        if held.problem:
            return Verdict(exercise.name, False, held.problem, printed=held.printed)
        says = _VALUES[type(exercise)](exercise, held.value, because)
        return Verdict(exercise.name, not says, says or exercise.shows)
    except Exception as problem:  # a fault of the check is told, and stops nobody
        return Verdict(exercise.name, None, f"this check failed itself, with {type(problem).__name__}: {problem}")


def fingerprint(answer: object, because: object = "") -> str:
    """A short digest, the same for the same answer whatever its comments and layout: functions go by their code."""
    digest = hashlib.sha256()

    def add(part: object) -> None:
        digest.update(repr(part).encode() + b"\0")

    def add_code(code: CodeType) -> None:
        add((code.co_code, code.co_names, code.co_varnames, code.co_argcount))
        for constant in code.co_consts:
            add_code(constant) if isinstance(constant, CodeType) else add(constant)

    if code := _code(answer):
        add_code(code)
    elif callable(answer):
        add(type(answer).__qualname__)
    else:
        held = run(lambda: repr(python(plain(answer)))[:10_000], (), 1.0)
        add(held.value or held.problem)
    add(str(because) if isinstance(because, str) else "")
    return digest.hexdigest()[:12]


def _empty(answer: object) -> bool:
    """Whether nothing has been put in the place of the dots; only exact types are looked at."""
    if type(answer) in (list, tuple) and answer:
        return all(item is None or item is ... or _blank(item) for item in answer)
    return answer is None or answer is ... or _blank(answer)


def _blank(value: object) -> bool:
    return type(value) is str and not value.strip()


def _code(answer: object) -> CodeType | None:
    """The code of a plain function or method."""
    return answer.__code__ if type(answer) in (FunctionType, MethodType) else None


def _plainly(answer: object) -> Any:
    """A value of the student's as plain Python; a wrong kind is said with the words of NotPlain."""
    if callable(answer):
        raise NotPlain("A value is asked for, and this is a function: call it, and give what it returns.")
    return python(plain(answer))


def _function(exercise: Function, answer: object, seed: int, seconds: float) -> Verdict:
    if not callable(answer):
        said = (
            f"A function is asked for; this is {a(_plain_or_itself(answer))}. Give its name alone, without calling it."
        )
        return Verdict(exercise.name, False, said)
    left, printed, failed, returned, ended = seconds, "", None, False, False
    for arguments in exercise.cases(np.random.default_rng(seed)):
        given = copied(arguments)
        outcome = run(lambda *values: plain(answer(*values)), given, max(left, 0.01))
        left -= outcome.seconds
        printed = printed or outcome.printed
        ended = ended or not outcome.problem
        returned = returned or not (outcome.missing or (outcome.value is None and not outcome.problem))
        if failed is None:
            failed = _failure(exercise, arguments, given, outcome, printed)
        if failed and returned:
            return failed
    if not returned:
        return Verdict(exercise.name, None, NOT_YET + (_without_return(answer) if ended else ""), printed=printed)
    return Verdict(exercise.name, True, exercise.shows, printed=printed)


def _plain_or_itself(value: object) -> object:
    """For a sentence on what kind of thing was given."""
    held = run(lambda: plain(value), (), 1.0)
    return value if held.problem else held.value


def _failure(exercise: Function, arguments: tuple, given: tuple, outcome: Any, printed: str) -> Verdict | None:
    """What is wrong at one case, or None."""
    named = _names(exercise, arguments)

    def wrong(says: str, expected: object = None, got: object = None) -> Verdict:
        return Verdict(exercise.name, False, says, Case(named, expected, got), printed)

    if outcome.problem:
        return wrong(outcome.problem)
    if exercise.keeps_input and not all(map(unchanged, arguments, given)):
        name = next(name for name, after in zip(named, given, strict=True) if not unchanged(named[name], after))
        return wrong(f"It changed its input `{name}`: make something new, or work on a copy.")
    if exercise.expected is None:
        says = exercise.accepts(outcome.value, *copied(arguments))
        return wrong(says, None, outcome.value) if says else None
    expected = exercise.expected(*copied(arguments))
    says = difference(outcome.value, expected, exercise.tolerance)
    return wrong(says, expected, outcome.value) if says else None


def _names(exercise: Function, arguments: tuple) -> dict[str, Any]:
    """The arguments of a case by the names that the reference gives them."""
    try:
        names = list(inspect.signature(exercise.expected or exercise.accepts).parameters)
    except ValueError:  # some built-in functions do not tell
        names = []
    names = names if exercise.expected else names[1:]
    if len(names) != len(arguments):
        names = [f"argument {i}" for i in range(1, len(arguments) + 1)]
    return dict(zip(names, arguments, strict=True))


def _without_return(answer: object) -> str:
    """What to add when a function has a body, and yet gives nothing back."""
    code = _code(answer)
    if code is None or {step.opname for step in dis.get_instructions(code)} <= NOTHING:
        return ""
    return ": it returns nothing (None); is a `return` missing?"


def _number(exercise: Number, answer: object, because: str) -> str:
    value = _as_number(answer)
    if value is None:
        shown = f"{answer!r:.40}" if isinstance(answer, str) else a(_plain_or_itself(answer))
        return f"One number is asked for; this is {shown}."
    right = exercise.expected() if callable(exercise.expected) else exercise.expected
    if not np.isfinite(value):
        return "That is no number that can be right: NaN or infinity."
    off = abs(value - right)
    if off <= exercise.tolerance + 1e-9 * abs(right):
        return ""
    for mistake, why in exercise.why.items():
        if abs(value - mistake) <= min(exercise.tolerance, abs(right - mistake) / 2) + 1e-9 * abs(mistake):
            return why
    if exercise.near and off <= max(5 * exercise.tolerance, 0.1 * abs(right)):
        return exercise.near
    return f"{number(value)} is too {'high' if value > right else 'low'}."


def _as_number(answer: object) -> float | None:
    """int, float, an array of one, or text: "0.33", "0,33", "33 %", "1/3"."""
    while isinstance(answer, list) and len(answer) == 1:
        answer = answer[0]
    if isinstance(answer, bool | int | float):
        return float(answer)
    if not isinstance(answer, str) or len(answer) > 40:
        return None
    text = answer.strip().replace(",", ".")
    percent = text.endswith("%")
    try:
        value = float(Fraction(re.sub(r"\s", "", text.rstrip("%"))))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return value / 100 if percent else value


def _choice(exercise: Choice, answer: object, because: str) -> str:
    known = {option.lower(): option for option in exercise.options}
    if exercise.several and isinstance(answer, str) and answer.strip().lower() not in known:
        answer = re.split(r"\s*[,;]\s*", answer.strip(" ,;"))
    chosen = []
    for item in answer if isinstance(answer, list) else [answer]:
        text = f"{item}".strip().lower()[:200]
        if text not in known:
            near = get_close_matches(text, known, n=1)
            instead = f"did you mean {known[near[0]]!r}?" if near else f"choose {_listed(exercise)}."
            return f"{text[:40]!r} is none of the options: {instead}"
        chosen.append(known[text])
    if not exercise.several and len(set(chosen)) > 1:
        return "Choose one option only."
    for option in exercise.options:
        if option in chosen and option not in exercise.expected:
            return exercise.why.get(option) or f"{option!r} is not right."
    absent = len(exercise.expected - set(chosen))
    if absent:
        more = "one more option belongs" if absent == 1 else f"{absent} more options belong"
        return f"What you chose is right, and {more} there."
    if exercise.justify:
        words = {word.lower() for word in re.findall(r"[^\W\d_]{2,}", because if isinstance(because, str) else "")}
        if len(words) < WORDS:
            return f'The choice is right. Now say why, in {WORDS} different words or more: because="…"'
    return ""


def _listed(exercise: Choice) -> str:
    return ("any of " if exercise.several else "one of ") + ", ".join(map(repr, exercise.options))


def _found(exercise: Found, answer: object, because: str) -> str:
    held = run(lambda: exercise.accepts(answer))
    if held.problem:
        return f"This answer has another form than the one asked for: {exercise.asks}"
    return str(held.value or "")


_VALUES: Mapping[type, Callable[[Any, object, str], str]] = {Number: _number, Choice: _choice, Found: _found}
