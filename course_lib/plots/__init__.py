"""Every figure of the course: takes a noun, returns Axes, and tells in its alternative text what it shows."""

from .data import class_balance, samples, split_audit
from .results import accuracies, confusion, wrong_examples
from .training import cases, compare, history, learning_curves, range_test, schedules

__all__ = [
    "accuracies",
    "cases",
    "class_balance",
    "compare",
    "confusion",
    "history",
    "learning_curves",
    "range_test",
    "samples",
    "schedules",
    "split_audit",
    "wrong_examples",
]
