"""Every figure of the course: takes a noun, returns Axes, and tells in its alternative text what it shows."""

from .architectures import accuracy_against_cost, depth, features, transfer
from .augmentation import augmented, gallery, operations, policies, survival_map
from .confidence import confidence, coverage, reliability
from .data import class_balance, samples, split_audit
from .diagnosis import finding
from .errors import confused_pairs, heat, label_issues, looked_at, neighbours, slices
from .explanations import explanation, sorting
from .results import accuracies, confusion, rare_class, wrong_examples
from .training import cases, compare, history, learning_curves, range_test, schedules

__all__ = [
    "accuracies",
    "accuracy_against_cost",
    "augmented",
    "cases",
    "class_balance",
    "compare",
    "confidence",
    "confused_pairs",
    "confusion",
    "coverage",
    "depth",
    "explanation",
    "features",
    "finding",
    "gallery",
    "heat",
    "history",
    "label_issues",
    "learning_curves",
    "looked_at",
    "neighbours",
    "operations",
    "policies",
    "range_test",
    "rare_class",
    "reliability",
    "samples",
    "schedules",
    "slices",
    "sorting",
    "split_audit",
    "survival_map",
    "transfer",
    "wrong_examples",
]
