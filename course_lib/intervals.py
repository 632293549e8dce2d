"""How far a measured share may lie from the true one, given how few images it was measured on."""

from __future__ import annotations

import math

import numpy as np


def wilson(right: float, total: float, z: float = 1.96) -> tuple[float, float]:
    """95 % score interval of a share `right`/`total` (Wilson 1927, JASA 22:209); honest near 0 and 1, and when few."""
    share = right / total
    middle = share + z**2 / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    low, high = (middle - spread) / scale, (middle + spread) / scale
    return max(0.0, min(share, low)), min(1.0, max(share, high))  # rounding must not put the share outside


def by_group(right: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """95 % interval of the share of `right`, bool [N], when images of one group, `groups` [N], are not independent."""
    worth = independent(right, groups)
    return wilson(float(right.mean()) * worth, worth)


def independent(right: np.ndarray, groups: np.ndarray) -> float:
    """As how many independent images the N of `right`, bool [N], count: at most N.

    Seven photos of one strange dog are not seven witnesses. It is N over the design effect (Kish 1965, Survey
    Sampling): how much more the share varies, by the sums per group, than if every image stood alone. If all are right
    or all wrong, that cannot be seen, and each group counts once. Of one group alone, each image counts.
    """
    _, group = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    total, count, share = len(right), int(group.max()) + 1, float(np.mean(right))
    if count in (1, total):
        return total
    if share in (0.0, 1.0):
        return count
    off = np.bincount(group, weights=np.asarray(right, dtype=float) - share)
    seen = count / (count - 1) * float((off**2).sum()) / total**2
    return min(float(total), share * (1 - share) / seen) if seen else float(total)
