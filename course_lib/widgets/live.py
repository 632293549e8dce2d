"""Learning curves that grow while a network trains: one figure, drawn anew in its place after every epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import figures, plots

if TYPE_CHECKING:
    import pandas as pd


def live_curves(epochs: int | None = None) -> Callable[[pd.DataFrame], None]:
    """What `fit` takes as `on_epoch`: it shows the history so far and replaces the picture after each epoch.

    `epochs`, how many there will be, keeps the axis still. It needs no widget, only a display that can be updated, as
    JupyterLab and Colab have; the static twin is `plots.learning_curves(run)`.
    """
    from IPython.display import HTML, display

    handle = None

    def draw(history: pd.DataFrame) -> None:
        nonlocal handle
        figure = plots.history(history, epochs=epochs)[0].figure
        picture = HTML(figures.img(figure))
        figures.close(figure)
        if handle is None:
            handle = display(picture, display_id=True)
        else:
            handle.update(picture)

    return draw
