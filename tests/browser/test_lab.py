"""Every notebook in a real JupyterLab in a real browser: it runs, its pictures show, its sliders move them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

if TYPE_CHECKING:  # playwright may be missing, and then the tests skip
    from conftest import Lab
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / "build" / "screens"
NOTEBOOKS = sorted(path.stem for path in ROOT.glob("notebooks/*.ipynb"))
WINDOW = {"width": 1000, "height": 1300}  # a screenshot that a person can look at
RUN_WITHIN = 600_000  # milliseconds: the slowest notebook takes 90 s on a machine that does nothing else
SOON = 30_000

# What JupyterLab itself logs as an error, and why that is not ours.
NOT_OURS: dict[str, str] = {}

# A slider at its upper end and a picture that `show` draws for its value.
WIDGET = """from ipywidgets import HTML, SelectionSlider, VBox
slider, picture = SelectionSlider(options=[("none", 0.0), ("all", 1.0)], value=1.0), HTML()
def show(change, slider=slider, picture=picture):
    picture.value = f"<img alt='{slider.value}' src='/files/assets/learning_flow.svg?{slider.value}'>"
show(None)
"""

# What JupyterLab shows in place of a widget that it cannot draw.
NO_WIDGET = re.compile(r"Error displaying widget|Error creating widget|Loading widget|^\w+\(children=")
WITH_SLIDER = re.compile(r"\bwidgets\.augmentation\(")
WITH_BUTTONS = re.compile(r"\bwidgets\.sort_errors\(")

# The state of a run, from what a student sees: the prompt of each code cell and the error outputs.
PROMPTS = "[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(prompt => prompt.textContent)"
IS_CLEAR = f"() => !/\\d/.test({PROMPTS})"
IS_DONE = f"() => /\\d/.test({PROMPTS}) && !/[*]/.test({PROMPTS})"
IS_LOADED = "images => images.every(image => image.complete)"
UNLOADED = "images => images.filter(image => !image.naturalWidth).map(image => image.alt || image.src.slice(0, 80))"
SOURCES = "images => images.map(image => image.src)"


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """An empty page that keeps its errors; the kernels that it starts end with it."""
    context = browser.new_context(viewport=WINDOW)
    yield context.new_page()
    context.close()
    lab.end_kernels()


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_runs_shows_its_pictures_and_moves_its_widgets(page: Page, lab: Lab, notebook: str) -> None:
    found = problems(page, lab, notebook)
    shutil.rmtree(SCREENS / notebook, ignore_errors=True)
    for theme in ("Dark", "Light"):  # the server remembers the last one for the next notebook
        photograph(page, theme, SCREENS / notebook)
    assert found == []


def test_what_is_wrong_in_a_notebook_is_noticed(page: Page, lab: Lab) -> None:
    cells = [
        nbformat.v4.new_markdown_cell('<img src="../assets/missing.svg" alt="a picture that is not there">'),
        nbformat.v4.new_code_cell(WIDGET + "slider.observe(show, 'value')\nVBox([slider, picture])"),
        nbformat.v4.new_code_cell(WIDGET + "VBox([slider, picture])"),
        nbformat.v4.new_code_cell("from IPython.display import Javascript\nJavascript('console.error(\"oh\")')"),
        nbformat.v4.new_code_cell("1 / 0"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), lab.folder / "notebooks" / "broken.ipynb")
    found = problems(page, lab, "broken", patience=5)
    expected = ["missing.svg", "console: oh", "ZeroDivisionError", "a picture that is not there", "slider 2"]
    assert len(found) == len(expected), found
    assert [part for part, text in zip(expected, found, strict=True) if part not in text] == []


def problems(page: Page, lab: Lab, notebook: str, patience: float = 15) -> list[str]:
    """Run a notebook as a student does, use its controls, and say what went wrong; pictures get `patience` seconds."""
    found: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(re.search(known, message.text) for known in NOT_OURS):
            found.append(f"console: {message.text} {message.location['url']}".rstrip())

    page.on("console", listen)
    page.on("pageerror", lambda error: found.append(f"page: {error}"))
    run_all(page, lab, notebook)
    found += [f"dialog: {text}" for text in page.get_by_role("dialog").all_inner_texts()]
    found += [f"cell: {text}" for text in page.locator(".jp-RenderedText[data-mime-type*=stderr]").all_inner_texts()]
    found += [f"picture: {name} did not load" for name in unloaded_pictures(page)]
    found += [f"widget: {text}" for text in page.get_by_text(NO_WIDGET).all_inner_texts()]
    source = source_of(lab.folder / "notebooks" / f"{notebook}.ipynb")
    sliders, buttons = page.get_by_role("slider").all(), page.locator("button.jupyter-button:enabled").all()
    for kind, controls, expected in (("slider", sliders, WITH_SLIDER), ("button", buttons, WITH_BUTTONS)):
        if not controls and expected.search(source):
            found.append(f"widget: the notebook has one with a {kind}, and no {kind} shows")
    for number, slider in enumerate(sliders, start=1):
        if not changes_its_picture(page, slider, lambda slider=slider: step(page, slider), patience):
            found.append(f"slider {number}: its picture stays the same")
    for button in buttons[:1]:  # each press turns to the next image
        name = button.inner_text()
        if not changes_its_picture(page, button, button.click, patience):
            found.append(f"button {name}: its picture stays the same")
    return found


def source_of(notebook: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code")


def command(page: Page, name: str, **arguments: str) -> None:
    page.evaluate("([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments])


def run_all(page: Page, lab: Lab, notebook: str) -> None:
    """Open `notebook`, drop its stored outputs, choose Run All Cells from the menu, and wait until all have run."""
    page.goto(lab.page(notebook))
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=SOON)
    page.locator(".jp-StatusBar-Widget").get_by_text("| Idle").wait_for(timeout=SOON)  # the kernel has answered
    command(page, "application:toggle-left-area")
    command(page, "notebook:clear-all-cell-outputs")
    page.wait_for_function(IS_CLEAR, timeout=SOON)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.mouse.move(0, 0)  # or what lies under it looks chosen
    page.wait_for_function(IS_DONE, timeout=RUN_WITHIN, polling=300)


def unloaded_pictures(page: Page) -> list[str]:
    """The alternative texts of the pictures that are broken, those of an evidence card in its frame included."""
    names = []
    for frame in page.frames:
        pictures = frame.locator("img")
        frame.wait_for_function(f"() => ({IS_LOADED})([...document.images])", timeout=SOON)
        names += pictures.evaluate_all(UNLOADED)
    return names


def step(page: Page, slider: Locator) -> None:
    """Move a slider by one step with the keyboard."""
    at_end = slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax")
    slider.focus()
    page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")


def changes_its_picture(page: Page, control: Locator, use: Callable[[], None], patience: float) -> bool:
    """Whether using a control changes a picture in its own output within `patience` seconds."""
    pictures = control.locator("xpath=ancestor::*[contains(@class, 'jp-OutputArea-output')][1]").locator("img")
    before = pictures.evaluate_all(SOURCES)
    use()
    for _ in range(round(patience * 10)):
        if pictures.evaluate_all(SOURCES) != before:
            return True
        page.wait_for_timeout(100)
    return False


def photograph(page: Page, theme: str, folder: Path) -> None:
    """The whole notebook in `theme`, one window after the other, as light-01.png or dark-01.png and so on."""
    command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
    page.locator(f'body[data-jp-theme-name="JupyterLab {theme}"]').wait_for(state="attached", timeout=SOON)
    scroller = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-WindowedPanel-outer")
    height, window = scroller.evaluate("node => [node.scrollHeight, node.clientHeight]")
    for number, top in enumerate(range(0, height, window - 60), start=1):
        scroller.evaluate("(node, top) => node.scrollTo(0, top)", top)
        page.wait_for_timeout(150)
        scroller.screenshot(path=folder / f"{theme.lower()}-{number:02}.png")
