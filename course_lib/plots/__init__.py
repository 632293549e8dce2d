"""Every figure of the course: takes a noun, returns Axes, and tells in its alternative text what it shows."""

from .architectures import accuracy_against_cost, depth, features, transfer
from .augmentation import augmented, gallery, operations, policies, survival_map
from .data import class_balance, samples, split_audit
from .results import accuracies, confusion, rare_class, wrong_examples
from .training import cases, compare, history, learning_curves, range_test, schedules

__all__ = [
    "accuracies",
    "accuracy_against_cost",
    "augmented",
    "cases",
    "class_balance",
    "compare",
    "confusion",
    "depth",
    "features",
    "gallery",
    "history",
    "learning_curves",
    "operations",
    "policies",
    "range_test",
    "rare_class",
    "samples",
    "schedules",
    "split_audit",
    "survival_map",
    "transfer",
    "wrong_examples",
]
