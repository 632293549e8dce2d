"""Looking a thing up by its name, with an error that lists the names and suggests the nearest."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T")


def pick(registry: Mapping[str, T], name: str, kind: str) -> T:
    """The entry called `name`; `kind` says in the ValueError what was looked for, such as "data set"."""
    if name in registry:
        return registry[name]
    near = get_close_matches(str(name).lower(), registry, n=1, cutoff=0.3)
    hint = f"did you mean {near[0]!r}?" if near else "choose one of these"
    raise ValueError(f"there is no {kind} called {name!r}, only {', '.join(registry)}: {hint}")
