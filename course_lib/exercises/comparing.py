"""Comparing what an answer gives with what is expected, and saying in words how they differ."""

from __future__ import annotations

import copy
from collections.abc import KeysView, Mapping, Sequence, ValuesView
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

ROUNDING = 1e-5  # what float32 may lose on the way: never an error

# What `plain` makes of a value: None, str, a numeric array, or these in tuples, dicts and frozensets.
Plain = Any


class NotPlain(ValueError):
    """A value that is no number, text, or list, array, tensor, set or dict of these; says so in a sentence."""


def plain(value: object) -> Plain:
    """NumPy arrays (also [] for one number), str, and tuple, dict, frozenset of these, of whatever holds the same.

    Lists of equal length become one array, others a tuple; `...` becomes None. A class of the student's own cannot pass
    for what it is not: only arrays and Python's own types come out. Raises NotPlain, which says what it got.
    """
    if value is None or value is ...:
        return None
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool | int | float | complex | np.ndarray | np.generic):
        return _numeric(value)
    if isinstance(value, Tensor):
        if value.dtype == torch.bfloat16:
            value = value.float()
        return np.array(value.detach().cpu().resolve_conj().resolve_neg().numpy())
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset | KeysView):
        return frozenset(_key(item) for item in value)
    if isinstance(value, list | tuple | range | ValuesView):
        return _sequence(list(value))
    if type(value).__module__.split(".")[0] == "pandas" and hasattr(type(value), "to_numpy"):
        return plain(value.to_numpy())
    if hasattr(type(value), "__next__"):
        raise NotPlain(f"This is {a(value)}, which has to be run through first: write list(…) around it.")
    raise NotPlain(f"This is {a(value)}: give a number, a text, a list, an array or a tensor.")


def _numeric(value: object) -> Plain:
    array = np.array(value, subok=False)
    if array.dtype.kind in "biufc":
        return array
    if array.dtype.kind in "US":
        return plain(array.tolist())
    if isinstance(value, int):  # beyond 64 bits
        return np.array(np.inf if value > 0 else -np.inf)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return plain(array.tolist())
    raise NotPlain(f"This is {a(value)}: give a number, a text, a list, an array or a tensor.")


def _sequence(items: list) -> Plain:
    """One array where the items are arrays of one shape, otherwise a tuple."""
    if not items:
        return np.array([])
    if {type(item) for item in items} <= {bool, int, float} and (array := np.array(items)).dtype.kind != "O":
        return array  # at once: a list may be long
    items = [plain(item) for item in items]
    if all(isinstance(item, np.ndarray) for item in items) and len({item.shape for item in items}) == 1:
        return np.stack(items)
    return tuple(items)


def _key(value: object) -> str | int | float | tuple:
    """A key of a dict or a member of a set, as what equals it in plain Python."""
    found = python(plain(value))
    return tuple(found) if isinstance(found, list) else found


def python(value: Plain) -> Any:
    """A plain value as Python's own: int, float, bool, str, list, dict; a frozenset becomes a sorted list."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [python(item) for item in value]
    if isinstance(value, frozenset):
        try:
            return sorted(value)
        except TypeError:  # text beside numbers
            return sorted(value, key=repr)
    if isinstance(value, dict):
        return {key: python(item) for key, item in value.items()}
    return value


def difference(got: Plain, expected: object, tolerance: float = 0.0) -> str:
    """How `got`, plain, differs from `expected` (a tuple stands for several values), in a sentence; "" if it does not.

    Numbers may be off by `tolerance`, or by that part of the expected one where this is larger than 1.
    """
    if got is None:
        return "It returns nothing (None): does every way through it end in a `return`?"
    if isinstance(expected, tuple):
        return _of_parts(got, expected, tolerance)
    expected = plain(expected)
    if isinstance(expected, dict):
        return _of_dicts(got, expected, tolerance)
    if isinstance(expected, frozenset):
        return _of_sets(got, expected)
    if isinstance(expected, tuple):
        return _of_parts(got, expected, tolerance)
    if isinstance(expected, str) and isinstance(got, str):
        return "" if got == expected else f"Expected {expected!r}, got {_short(got)!r}."
    if isinstance(expected, np.ndarray) and isinstance(got, np.ndarray):
        return _of_arrays(got, expected, tolerance)
    return f"It should return {a(expected)}; it returns {a(got)}."


def _of_parts(got: Plain, expected: tuple, tolerance: float) -> str:
    parts = tuple(got) if isinstance(got, np.ndarray) and got.ndim else got
    if not isinstance(parts, tuple):
        return f"It should return {len(expected)} values; it returns {a(got)}."
    if len(parts) != len(expected):
        return f"It should return {len(expected)} values; it returns {len(parts)}."
    for number, (part, wanted) in enumerate(zip(parts, expected, strict=True), 1):
        if problem := difference(part, wanted, tolerance):
            return f"Value {number} of {len(expected)}: {problem}"
    return ""


def _of_dicts(got: Plain, expected: dict, tolerance: float) -> str:
    if not isinstance(got, dict):
        return f"It should return {a(expected)}; it returns {a(got)}."
    for problem, keys in (("is missing", expected.keys() - got.keys()), ("is too many", got.keys() - expected.keys())):
        if keys:
            return f"The key {_short(repr(sorted(keys, key=str)[0]))} {problem}."
    for key, wanted in expected.items():
        if problem := difference(got[key], wanted, tolerance):
            return f"At the key {_short(repr(key))}: {problem}"
    return ""


def _of_sets(got: Plain, expected: frozenset) -> str:
    if isinstance(got, np.ndarray | tuple) and np.ndim(got) != 0:
        got = frozenset(_key(item) for item in got)
    if not isinstance(got, frozenset):
        return f"It should return {a(expected)}; it returns {a(got)}."
    for problem, items in (("is missing", expected - got), ("does not belong there", got - expected)):
        if items:
            return f"{_short(repr(python(frozenset(items))[0]))} {problem}."
    return ""


def _of_arrays(got: np.ndarray, expected: np.ndarray, tolerance: float) -> str:
    if got.shape != expected.shape and not got.size == expected.size == 0:
        if not expected.ndim:
            return f"It should return one number; it returns {a(got)}."
        if not got.ndim:
            return f"It should return {a(expected)}; it returns one number."
        return f"The shape should be {list(expected.shape)}, it is {list(got.shape)}."
    if not expected.size:
        return ""
    inexact = got.dtype.kind in "fc" or expected.dtype.kind in "fc"
    allowed = max(tolerance, ROUNDING if inexact else 0.0)
    ours, theirs = (array.astype(complex if array.dtype.kind == "c" else float) for array in (expected, got))
    with np.errstate(all="ignore"):
        near = np.abs(theirs - ours) <= allowed * np.maximum(1, np.abs(ours))
        right = near & np.isfinite(ours) | (theirs == ours) | np.isnan(theirs) & np.isnan(ours)
    if right.all():
        return ""
    at = tuple(map(int, np.argwhere(~right)[0]))
    return _in_words(got, expected, theirs, ours, ~right, at)


def _in_words(got, expected, theirs, ours, wrong, at: tuple[int, ...]) -> str:
    """The first wrong number, and the likely reason if there is one."""
    pair = f"expected {number(expected[at])}, got {number(got[at])}"
    place = f"{int(wrong.sum())} of {wrong.size} numbers differ; at {list(at)} {pair}." if at else f"E{pair[1:]}."
    strange = np.isnan(theirs) & wrong
    if strange.any():
        first = tuple(map(int, np.argwhere(strange)[0]))
        where = f" at {list(first)}" if first else ""
        return f"It gives NaN, not a number{where}; expected {number(expected[first])}."
    if (np.isinf(theirs) & wrong).any():
        return f"It gives infinity. {place}"
    off = (theirs - ours)[wrong]
    if got.dtype.kind in "iu" and got.dtype.itemsize == 1 and not (np.rint(off.real) % 256).any() and off.any():
        return f"{got.dtype} wraps around at its end: compute in float32, or a larger integer. {place}"
    return place


def number(value: object) -> str:
    """One number, short: 0.3333, 12, True."""
    item = np.asarray(value).item()
    return f"{item:.5g}" if isinstance(item, float) else str(item)


def a(value: object) -> str:
    """What kind of thing a value is, with its article, for a sentence."""
    if value is None:
        return "nothing (None)"
    if isinstance(value, str):
        return "text"
    if isinstance(value, np.ndarray):
        return f"an array of shape {list(value.shape)}" if value.ndim else "one number"
    if isinstance(value, tuple):
        return f"{len(value)} values"
    if isinstance(value, frozenset):
        return "a set"
    name = type(value).__name__[:40]
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"


def copied(arguments: Sequence[Any]) -> tuple:
    """Arguments that a call may change without changing ours; functions stay the same."""
    return copy.deepcopy(tuple(arguments))


def unchanged(before: object, after: object) -> bool:
    """Whether an argument that `copied` made still is what it was; what cannot be compared counts as unchanged."""
    if isinstance(before, nn.Module):
        ours, theirs = before.state_dict(keep_vars=True), after.state_dict(keep_vars=True)
        return before.training == after.training and unchanged(dict(ours), dict(theirs))
    if isinstance(before, Tensor):
        same = before.shape == after.shape and before.dtype == after.dtype
        return same and before.requires_grad == after.requires_grad and _same(before.detach(), after.detach())
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and before.dtype == after.dtype and _same(before, after)
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return list(before) == list(after) and all(unchanged(before[key], after[key]) for key in before)
    if type(before).__module__.split(".")[0] == "pandas":
        return bool(before.equals(after))
    if isinstance(before, str | bytes | bool | int | float | set | frozenset):
        return type(before) is type(after) and (before == after or before != before)
    return True


def _same(before: Tensor | np.ndarray, after: Tensor | np.ndarray) -> bool:
    """Equal to the bit, NaN included."""
    ours, theirs = plain(before), plain(after)
    return np.array_equal(ours, theirs, equal_nan=ours.dtype.kind in "fc") if isinstance(ours, np.ndarray) else True
