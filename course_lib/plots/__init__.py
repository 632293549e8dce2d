"""Every figure of the course: takes a noun, returns Axes, and tells in its alternative text what it shows."""

from .data import class_balance, samples, split_audit
from .results import accuracies, confusion, wrong_examples
from .training import learning_curves

__all__ = [
    "accuracies",
    "class_balance",
    "confusion",
    "learning_curves",
    "samples",
    "split_audit",
    "wrong_examples",
]
