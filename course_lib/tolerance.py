"""Numbers carry their tolerance: `expect` says whether a measured value lies where the text says it does."""

import math


def expect(what: str, value: float, low: float, high: float) -> None:
    """Print one stable line if low <= value <= high, so that the lesson's text and its output can be compared.

    The line shows the range and never the value: that differs from machine to machine.
    Raises AssertionError if the value lies outside, ValueError for a range that is upside down.
    """
    if not low <= high:
        raise ValueError(f"the range of {what!r} must go from low to high; got {low} to {high}: swap them")
    value = float(value)
    if math.isnan(value) or not low <= value <= high:
        raise AssertionError(
            f"{what} is {value:.4g}, the text expects {low:g} to {high:g}: "
            "if you changed something above, ask yourself why it moved; if not, run the notebook from the top"
        )
    print(f"✓ {what}: between {low:g} and {high:g}, as the text says")
