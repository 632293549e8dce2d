"""The pass check: it passes what the chapter asks for, and of anything less it says what is missing."""

import copy
import math

import pytest

from course_lib.card import Card

ERROR = {"id": "a-1", "true": "cat", "predicted": "dog", "confidence": 0.9, "picture": "e.png"}
HELD = {
    "id": "a-1",
    "true": "cat",
    "predicted": "dog",
    "confidence": 0.9,
    "cause": "dark",
    "because": "Nothing can be seen.",
    "verdict": "holds",
    "found": "It comes right in the light.",
    "supported": True,
    "known": False,
    "captions": ["cat, taken for dog"],
    "asks": [],
    "figures": [],
    "before": "e.png",
}
FAILED = HELD | {"verdict": "does not hold", "supported": False}
OPEN = HELD | {"verdict": "cannot be checked here", "supported": False, "asks": ["The nearest: plots.neighbours(…)"]}
PROVEN = OPEN | {"supported": True, "figures": ["e.png"]}
FIELDS = {
    "dataset_split": {
        "data": "pets",
        "rule": "by group, seed 0",
        "sizes": {"train": 100, "val": 20, "test": 40},
        "counts": [
            {"class": "cat", "train": 60, "val": 12, "test": 24},
            {"class": "dog", "train": 40, "val": 8, "test": 16},
        ],
        "figure": "e.png",
    },
    "prediction": {"images": 40, "wrong": 4, "first": ERROR, "errors": [ERROR]},
    "metric": {
        "train_val": {"train_loss": 0.1, "val_loss": 0.2, "train_accuracy": 0.95, "val_accuracy": 0.9},
        "kept_epoch": 3,
        "test": {"accuracy": 0.9, "low": 0.77, "high": 0.96, "macro_f1": 0.9},
        "calibration_error": 0.05,
        "per_class": [],
        "confusion": [],
        "curves": "e.png",
        "matrix": "e.png",
    },
}
PICTURES = {"pictures": {"e.png": b"\x89PNG\r\n\x1a\n"}, "alts": {"e.png": "A cat"}}


def card(*explanations: dict, change=None, **more) -> Card:
    fields = copy.deepcopy(FIELDS)
    if change:
        change(fields)
    return Card("Pets", **fields | more, explanations=list(explanations), **PICTURES)


@pytest.mark.parametrize("explanations", [[HELD], [FAILED, HELD], [PROVEN]], ids=["holds", "one of two", "evidence"])
def test_what_the_chapter_asks_for_passes(explanations):
    check = card(*explanations).check()
    assert check.ok
    assert check.missing == []
    assert repr(check) == "PassCheck(passed)"
    assert all(item.to_do == "" for item in check.items)


@pytest.mark.parametrize(
    ("lacking", "item", "says"),
    [
        (card(), 2, "explanations=[evidence.explain("),
        (card(sentence="It is dark."), 2, "explanations=[evidence.explain("),
        (card(FAILED), 2, "name another cause"),
        (card(OPEN), 2, "figures=[…] as evidence, such as: The nearest: plots.neighbours(…)"),
        (card(HELD | {"because": "too dark"}), 2, "say in because=… what you see"),
        (card(OPEN | {"known": True, "figures": ["e.png"]}), 2, "name a cause that can be checked on this image"),
        (card(change=lambda f: f["prediction"].update(errors=[], wrong=0)), 2, "more images"),
        (card(HELD, metric={}), 0, "evaluation.evaluate(run.model, split.test)"),
        (card(HELD, metric={}), 1, "a run with a finished epoch"),
        (card(HELD, change=lambda f: f["metric"].update(kept_epoch=0, train_val={})), 0, "one whole epoch"),
        (card(HELD, change=lambda f: f["metric"]["train_val"].update(val_loss=math.nan)), 1, "lower learning rate"),
        (card(HELD, change=lambda f: f["metric"]["test"].update(accuracy=math.nan)), 0, "lower learning rate"),
    ],
)
def test_what_is_missing_is_said_with_the_way_to_get_it(lacking, item, says):
    check = lacking.check()
    assert not check.ok
    assert not check.items[item].ok
    assert says in check.items[item].to_do
    assert any(says in text for text in check.missing)
    assert says in repr(check)


def test_the_card_of_nothing_misses_all_three():
    assert len(Card("Empty").check().missing) == 3


@pytest.mark.parametrize(
    ("accuracy", "low", "says"),
    [
        (0.9, 0.77, None),
        (0.70, 0.55, "not clearly better than always saying cat: that makes 60.0%"),
        (0.5, 0.35, "not better than always saying cat"),
    ],
)
def test_a_classifier_no_better_than_guessing_counts_as_run_and_is_told_so(accuracy, low, says):
    item = card(HELD, change=lambda f: f["metric"]["test"].update(accuracy=accuracy, low=low)).check().items[0]
    assert item.ok
    assert (says or "No such warning") in item.found + ("" if says else "No such warning")
    assert ("guess" in item.found or "always saying" in item.found) is bool(says)


@pytest.mark.parametrize("explanations", [[], [HELD], [FAILED], [OPEN], [PROVEN]])
def test_a_card_read_back_checks_the_same(explanations, tmp_path):
    whole = card(*explanations)
    whole.save(tmp_path)
    assert Card.load(tmp_path).check() == whole.check()


def test_the_check_shows_itself_as_a_table_with_what_is_to_do():
    html = card(FAILED | {"true": "<b>"}).check()._repr_html_()
    assert "Pass check: 1 of 3 missing" in html
    assert "&lt;b&gt;" in html
    assert html.count("✓") == 2
    assert html.count("✗") == 1
