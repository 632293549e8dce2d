"""Data sets by name: `load("digits")`, `load("critters")`. Both are embedded; neither needs a network."""

from __future__ import annotations

from inspect import signature

from ..imageset import ImageSet
from ..names import pick
from . import critters, digits

# A data set is one line here: its name, and the function that makes its ImageSet.
REGISTRY = {"digits": digits.make, "critters": critters.make}


def load(name: str, **options) -> ImageSet:
    """The data set called `name`; `options` go to its maker, such as n, seed, size and species for critters.

    Raises ValueError for an unknown name, and whatever the maker says of options that it cannot serve.
    """
    maker = pick(REGISTRY, name, "data set")
    unknown = options.keys() - signature(maker).parameters.keys()
    if unknown:
        known = ", ".join(signature(maker).parameters) or "none"
        raise ValueError(f"{name} has no option {min(unknown)!r}, only {known}: leave it out")
    return maker(**options)
