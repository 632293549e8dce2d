"""How far a measured share may lie from the true one, given how few images it was measured on."""

from __future__ import annotations

import math


def wilson(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """95 % score interval of a share `right`/`total` (Wilson 1927, JASA 22:209); honest near 0 and 1, and when few."""
    share = right / total
    middle = share + z**2 / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return max(0.0, min(share, low)), min(1.0, max(share, high))  # rounding must not put the share outside
