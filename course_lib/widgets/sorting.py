"""A gallery of wrong images and a button for each cause; every click is kept. Twin: plots.sorting."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from .. import sorting
from ..causes import CAUSES
from ..evaluation import Report
from ..files import copy_aside
from ..imageset import img_tag
from ..sorting import FILE, Sorting

if TYPE_CHECKING:
    from ipywidgets import VBox

HOW = (
    "<strong>Why was it taken for something else?</strong> Look at the image, then press the cause that you think is "
    "the main one. Every press is kept at once; press another cause to change your mind."
)
LARGE, SMALL = 224, 56  # CSS pixels


def sort_errors(report: Report, folder: str | Path, n: int = 20) -> VBox:
    """The `n` most confident wrong images of `report`, one after the other, with a button for each of CAUSES.

    Every press writes sorting.json in `folder` (`Sorting.load(folder)` reads it). A later call goes on where the last
    one ended; if the wrong images are others by now it begins anew, and the older file is kept under another name.
    """
    import ipywidgets

    now, note = _resumed(sorting.begin(report, n), Path(folder))
    now.save(folder)
    state = {"sorting": now, "at": (now.missing or [1])[0]}
    images = [report.images.images[row] for row in sorting.rows(now, report)]
    picture, progress, small = ipywidgets.HTML(), ipywidgets.HTML(), ipywidgets.HTML()
    message = ipywidgets.HTML(escape(note))
    wide = ipywidgets.Layout(width="170px")
    causes = {
        cause: ipywidgets.Button(description=cause, tooltip=meaning, layout=wide) for cause, meaning in CAUSES.items()
    }
    back, forth = (ipywidgets.Button(description=text, layout=ipywidgets.Layout(width="82px")) for text in _TURN)

    def show() -> None:
        now, at = state["sorting"], state["at"]
        chosen = now.causes.get(now.asked[at - 1]["id"]) if now.asked else None
        for cause, button in causes.items():
            button.button_style, button.icon = ("success", "check") if cause == chosen else ("", "")
            button.disabled = not now.asked
        back.disabled, forth.disabled = at <= 1, at >= len(now.asked)
        picture.value = _large(now, images, at)
        progress.value = _progress(now, at)
        small.value = _gallery(now, images, at)

    def choose(cause: str) -> None:
        chosen = sorting.assign(state["sorting"], {state["at"]: cause})
        chosen.save(folder)
        after = [number for number in chosen.missing if number > state["at"]]
        state.update(sorting=chosen, at=(after or chosen.missing or [state["at"]])[0])

    def move(step: int) -> None:
        state["at"] = min(max(1, state["at"] + step), max(1, len(images)))

    def on(button: ipywidgets.Button, act: Callable, argument: object) -> None:
        def pressed(_button: object) -> None:
            try:
                act(argument)
                show()
                message.value = ""
            except Exception as problem:  # Jupyter would hide it in a log that no student reads
                said = f"{type(problem).__name__}: {problem}"
                message.value = f'<span style="color:#D55E00">That did not work. {escape(said)}</span>'

        button.on_click(pressed)

    for cause, button in causes.items():
        on(button, choose, cause)
    on(back, move, -1)
    on(forth, move, 1)
    show()
    side = ipywidgets.VBox([*causes.values(), ipywidgets.HBox([back, forth])])
    body = ipywidgets.HBox([picture, side], layout=ipywidgets.Layout(flex_flow="row wrap"))
    return ipywidgets.VBox([ipywidgets.HTML(HOW), body, progress, message, small])


_TURN = ("◀ back", "next ▶")


def _resumed(begun: Sorting, folder: Path) -> tuple[Sorting, str]:
    """`begun` with the causes that `folder` holds for the same images; whatever else is there moves out of the way."""
    path = folder / FILE
    if not path.exists():
        return begun, ""
    try:
        earlier = Sorting.load(folder)
    except ValueError as problem:
        return begun, f"{problem}. It is kept as {copy_aside(path).name}; this sorting begins anew."
    again = {name for name, _ in _which(earlier) & _which(begun)}
    causes = {name: cause for name, cause in earlier.causes.items() if name in again}
    now = sorting.assign(begun, causes)
    if len(causes) == len(earlier.causes):
        return now, "You go on where you were." if causes else ""
    kept = copy_aside(path).name
    lost = len(earlier.causes) - len(causes)
    return now, f"{lost} of the images that you sorted are not here: all earlier causes are kept in {kept}."


def _which(sorting: Sorting) -> set[tuple[str, str]]:
    return {(image["id"], image["true"]) for image in sorting.asked}


def _large(now: Sorting, images: list, at: int) -> str:
    if not now.asked:
        return "No image is wrong: there is nothing to sort."
    image = now.asked[at - 1]
    said = f"{at}. {image['true']}, taken for {image['predicted']} ({image['confidence']:.0%} sure)"
    return (
        f'<div style="width:{LARGE}px;margin-right:16px">{img_tag(images[at - 1], said, LARGE)}<br>{escape(said)}</div>'
    )


def _progress(now: Sorting, at: int) -> str:
    done, n = len(now.asked) - len(now.missing), len(now.asked)
    bar = f'<progress value="{done}" max="{max(n, 1)}" style="vertical-align:middle"></progress>'
    return f"Image {min(at, n)} of {n} · {done} of {n} have a cause {bar}"


def _gallery(now: Sorting, images: list, at: int) -> str:
    """All images small with number and cause; the one shown large has a frame."""
    tiles = ""
    for number, image in enumerate(now.asked, 1):
        cause = now.causes.get(image["id"], "")
        frame = "2px solid #0072B2" if number == at else "2px solid transparent"
        alt = f"{number}. {image['true']}, taken for {image['predicted']}: {cause or 'no cause yet'}"
        tiles += (
            f'<figure style="margin:0;width:76px;text-align:center;line-height:1.15;border:{frame}">'
            f'{img_tag(images[number - 1], alt, SMALL)}<figcaption style="font-size:11px">{number}. '
            f"{escape(cause) or '–'}</figcaption></figure>"
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:6px">{tiles}</div>'
