"""Every ipywidget of the course: controls around a figure of plots, which is its static twin."""

from .augmentation import augmentation
from .live import live_curves

__all__ = ["augmentation", "live_curves"]
