"""The evidence card in a real browser: nothing overflows a phone, nothing is fetched, and it prints as a PDF."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from course_lib import augment, datasets, evaluation, evidence, models, plots, sorting, splits, training
from course_lib.findings import FAULTS, Finding, Findings

if TYPE_CHECKING:  # playwright may be missing, and then the tests skip
    from playwright.sync_api import Browser

SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens" / "card"
WIDTHS = {"phone": 390, "desk": 1100}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = "[...document.images].filter(image => !image.naturalWidth).length"
# What sticks out of the page to the right, although a box that scrolls may hide it; tables may scroll on a phone.
STICKS_OUT = """[...document.querySelectorAll("main *")].filter(part => !part.closest(".wide")
  && part.getBoundingClientRect().right > innerWidth + 1).map(part => `${part.tagName}: ${part.textContent}`)
"""
LONG = "a reason that goes on and on, with averylongwordthatnobodywouldbreakanywhereunlessitistoldtodosoinsomeway"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved card with everything on it, and long words."""
    critters = datasets.load("critters", n=200, size=32, seed=2)
    split = splits.make(critters, val=0.2, test=0.4, by="group")
    policy = augment.Policy(hflip=0.5, shift=0.1, brightness=0.2, contrast=0.2, rotate=0.05)
    run = training.fit(models.build("small_cnn", split.train), split.train, split.val, epochs=3, policy=policy)
    report = evaluation.evaluate(run.model, split.test)
    found = tuple(Finding(fault, i % 3 == 0, 0.9, LONG, LONG) for i, fault in enumerate(FAULTS))
    folder = tmp_path_factory.mktemp("card") / "critters"
    first, second = report.wrong[:2].tolist()
    evidence.make(
        "Critters with a small CNN, three epochs and a title that needs two lines",
        split=split,
        audit=splits.audit(split),
        run=run,
        report=report,
        findings=Findings(found, split, run, report, splits.audit(split)),
        explanations=[
            evidence.explain(report, first, cause="occluded", because=LONG),
            evidence.explain(report, second, cause="too few like it", because=LONG, figures=plots.confusion(report)),
        ],
        sorting=sorting.assign(sorting.begin(report), {1: "wrong label", 2: "shifted domain"}),
        sentence=LONG,
    ).save(folder)
    evidence.practice(folder, "training", LONG, axes=plots.learning_curves(run))
    return folder


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_and_nothing_is_fetched(browser: Browser, folder: Path, width: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900}, color_scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url[:80]))
    page.goto((folder / "card.html").as_uri())
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{width}-{scheme}.png", full_page=True)
    assert page.evaluate(OVERFLOW) == 0
    assert page.evaluate(STICKS_OUT) == []
    assert page.evaluate(BROKEN) == 0
    assert [text for text in said if not text.startswith(("data:", "file:"))] == []
    context.close()


def test_it_prints_on_a_few_pages(browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto((folder / "card.html").as_uri())
    SCREENS.mkdir(parents=True, exist_ok=True)
    pdf = page.pdf(path=SCREENS / "card.pdf", prefer_css_page_size=True)
    page.close()
    assert pdf.startswith(b"%PDF")
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 12
