"""Data sets by name: `load("digits")`, `load("critters")`. Both are embedded; neither needs a network."""

from __future__ import annotations

from ..imageset import ImageSet
from ..names import pick
from . import critters, digits

# A data set is one line here: its name, and the function that makes its ImageSet.
REGISTRY = {"digits": digits.make, "critters": critters.make}


def load(name: str, **options) -> ImageSet:
    """The data set called `name`; `options` go to its maker, such as n, seed, size and species for critters.

    Raises ValueError for an unknown name, and whatever the maker says of options that it cannot serve.
    """
    return pick(REGISTRY, name, "data set")(**options)
