"""Operation and strength by hand: the changed images, and what was measured of them. Twin: plots.augmented."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import figures, plots
from ..augment import Survival
from ..imageset import ImageSet
from ..models import Classifier

if TYPE_CHECKING:
    from ipywidgets import VBox


def augmentation(
    images: ImageSet,
    survival: Survival,
    operation: str | None = None,
    strength: float | None = None,
    n: int = 8,
    *,
    model: Classifier | None = None,
) -> VBox:
    """A menu of the operations that `survival` measured, a slider of its strengths, and plots.augmented below them.

    It begins with `operation` at `strength`, the first and the largest when left out. With a `model`, each changed
    image says what the model sees in it.
    Raises ValueError for an operation that was not measured.
    """
    import ipywidgets

    names = list(survival.table.operation.unique())
    strengths = [0.0, *sorted(s for s in survival.table.strength.unique() if s > 0)]
    operation = names[0] if operation is None else operation
    strength = strengths[-1] if strength is None else survival.at(operation, strength).strength
    wide = {"description_width": "initial"}
    menu = ipywidgets.Dropdown(options=names, value=operation, description="operation", style=wide)
    steps = [(f"{step:g}", float(step)) for step in strengths]
    slider = ipywidgets.SelectionSlider(options=steps, value=float(strength), description="strength", style=wide)
    picture = ipywidgets.HTML()

    def show(_change: object = None) -> None:
        picture.value = picture_of(images, survival, menu.value, slider.value, n, model)

    menu.observe(show, names="value")
    slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([ipywidgets.HBox([menu, slider]), picture])


def picture_of(
    images: ImageSet, survival: Survival, operation: str, strength: float, n: int, model: Classifier | None
) -> str:
    """What the widget shows for one setting of its controls: plots.augmented as an HTML <img> with its text."""
    ax = plots.augmented(images, survival, operation, strength, n, model=model)
    figures.close(ax.figure)
    return figures.img(ax.figure)
