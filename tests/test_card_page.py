"""The card's page: self-contained, every text escaped, every picture described, and small."""

from html import unescape
from html.parser import HTMLParser

import pytest

from course_lib import datasets, evaluation, evidence, models, plots, sorting, splits, training
from course_lib.card import Card
from course_lib.causes import CAUSES
from course_lib.findings import FAULTS, Finding, Findings
from course_lib.imageset import ImageSet

EVIL = "<script>alert(1)</script>"
SEEN = f"{EVIL} is what I see"


@pytest.fixture(scope="module")
def card() -> Card:
    """A card of everything, with a hostile text wherever a text goes."""
    digits = datasets.load("digits")[:400]
    split = splits.make(ImageSet(digits.images, digits.labels, (EVIL, "../../up", *"23456789"), name=EVIL))
    run = training.fit(models.build("linear", split.train), split.train, split.val, epochs=2)
    report = evaluation.evaluate(run.model, split.test)
    found = tuple(Finding(fault, i % 2 == 0, 0.9, EVIL, EVIL) for i, fault in enumerate(FAULTS))
    sorted_ = sorting.assign(sorting.begin(report), {1: "occluded"})
    explained = [
        evidence.explain(report, int(report.wrong[0]), cause="wrong region", because=SEEN),
        evidence.explain(
            report,
            int(report.wrong[1]),
            cause="occluded",
            because=SEEN,
            figures=plots.confusion(report),
        ),
    ]
    card = evidence.make(
        EVIL,
        split=split,
        audit=splits.audit(split),
        run=run,
        report=report,
        findings=Findings(found, split, run, report, splits.audit(split)),
        explanations=explained,
        sorting=sorted_,
        sentence=EVIL,
    )
    answers = {step: {"question": EVIL, "answer": EVIL, "pictures": []} for step in ("augmentation", "training")}
    return Card(**vars(card) | {"practice": answers})


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.images, self.links = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        if tag == "img":
            self.images.append(dict(attributes))
        self.links += [value for name, value in attributes if name in ("src", "href")]


def test_the_page_is_self_contained_escapes_texts_and_describes_every_picture(card):
    page = Page(card.html())
    assert "script" not in page.tags
    assert card.html().count("alert(1)") > 20  # shown, as text
    assert all(link.startswith("data:image/png;base64,") for link in page.links)
    assert len(page.images) == len(card.pictures)
    assert all(image["alt"] for image in page.images)
    assert "<script" not in card._repr_html_()


def test_the_page_shows_the_explanations_the_causes_and_the_failures(card):
    text = unescape(card.html())
    assert all(cause in text for cause in CAUSES)
    assert all(fault in text for fault in FAULTS)
    assert all(FAULTS[row["check"]] in text for row in card.failure_check["checks"] if row.get("sure"))
    for explained in card.explanations:
        assert explained["found"] in text
        assert explained["captions"][0] in text
    helpful, given = card.explanations
    assert all(ask in text for ask in helpful["asks"])
    assert given["figures"]


def test_the_page_says_whether_the_card_passes_and_what_is_missing(card):
    assert "Pass check: passed" in card.html()
    begun = Card("Begun")
    assert "Pass check: 0 of 3 so far" in begun.html()
    assert all(item.to_do in unescape(begun.html()) for item in begun.check().items)


def test_the_page_of_a_usual_card_is_small(card):
    assert len(card.html().encode()) < 2_000_000
