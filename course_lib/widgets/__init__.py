"""Every ipywidget of the course: controls around a figure of plots, which is its static twin."""

from .augmentation import augmentation
from .live import live_curves
from .sorting import sort_errors

__all__ = ["augmentation", "live_curves", "sort_errors"]
