"""widgets.sort_errors: every press is kept at once, a later call goes on, and nothing on the disk is lost."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest

from course_lib import datasets, evaluation, models, sorting, widgets
from course_lib.causes import CAUSES
from course_lib.imageset import ImageSet
from course_lib.sorting import Sorting

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def report() -> evaluation.Report:
    images = datasets.load("digits")[:80]
    return evaluation.evaluate(models.build("linear", images), images)


def shown(report, folder, n=4) -> SimpleNamespace:
    """The widget and its parts by name."""
    box = widgets.sort_errors(report, folder, n)
    how, body, progress, message, small = box.children
    picture, side = body.children
    *buttons, turn = side.children
    causes = {button.description: button for button in buttons}
    back, forth = turn.children
    parts = {"how": how, "picture": picture, "causes": causes, "back": back, "next": forth}
    return SimpleNamespace(box=box, **parts, progress=progress, message=message, small=small)


def number(widget) -> int:
    """Which image it shows large."""
    return int(re.search(r"<br>(\d+)\. ", widget.picture.value)[1])


def chosen(widget) -> list[str]:
    marked = [cause for cause, button in widget.causes.items() if button.button_style]
    assert marked == [cause for cause, button in widget.causes.items() if button.icon]  # not by colour alone
    return marked


def test_it_begins_at_the_first_image_with_a_button_for_each_cause(report, tmp_path):
    widget = shown(report, tmp_path)
    first = report.errors(1).iloc[0]
    assert list(widget.causes) == list(CAUSES)
    assert [button.tooltip for button in widget.causes.values()] == list(CAUSES.values())
    said = f"1. {first.true}, taken for {first.predicted} ({first.confidence:.0%} sure)"
    assert widget.picture.value.count(said) == 2  # below the image, and as its alternative text
    assert "Image 1 of 4 · 0 of 4 have a cause" in widget.progress.value
    assert widget.small.value.count("<img ") == 4 and chosen(widget) == []


def test_every_press_is_kept_and_turns_to_the_next_image_without_a_cause(report, tmp_path):
    widget = shown(report, tmp_path)
    for done, cause in enumerate(["occluded", "wrong label", "occluded", "shifted domain"], 1):
        assert number(widget) == done
        widget.causes[cause].click()
        kept = Sorting.load(tmp_path)
        assert kept.causes[kept.asked[done - 1]["id"]] == cause and len(kept.causes) == done
        assert f"{done} of 4 have a cause" in widget.progress.value
    assert number(widget) == 4 and chosen(widget) == ["shifted domain"]
    assert widget.small.value.count("occluded</figcaption>") == 2


def test_back_and_next_turn_the_pages_between_first_and_last(report, tmp_path):
    widget = shown(report, tmp_path)
    seen = []
    for _ in range(5):
        seen.append((number(widget), widget.back.disabled, widget.next.disabled))
        widget.next.click()
    assert seen == [(1, True, False), (2, False, False), (3, False, False), (4, False, True), (4, False, True)]
    for _ in range(5):
        widget.back.click()
    assert number(widget) == 1 and Sorting.load(tmp_path).causes == {}


def test_going_back_shows_the_cause_chosen_and_another_press_replaces_it(report, tmp_path):
    widget = shown(report, tmp_path)
    widget.causes["occluded"].click()
    widget.back.click()
    assert chosen(widget) == ["occluded"]
    widget.causes["wrong label"].click()
    assert Sorting.load(tmp_path).counts["wrong label"] == 1 and Sorting.load(tmp_path).counts["occluded"] == 0


def test_the_last_press_with_gaps_before_it_turns_back_to_the_gap(report, tmp_path):
    widget = shown(report, tmp_path)
    for _ in range(3):
        widget.next.click()
    widget.causes["occluded"].click()
    assert number(widget) == 1


def test_a_press_turns_forward_though_an_earlier_image_has_no_cause(report, tmp_path):
    widget = shown(report, tmp_path)
    widget.next.click()
    widget.causes["occluded"].click()
    assert number(widget) == 3


def test_a_later_call_goes_on_where_the_last_one_ended(report, tmp_path):
    widget = shown(report, tmp_path)
    widget.causes["occluded"].click()
    widget.causes["wrong label"].click()
    again = shown(report, tmp_path)
    assert number(again) == 3 and "2 of 4 have a cause" in again.progress.value
    assert "go on where you were" in again.message.value
    assert [path.name for path in tmp_path.iterdir()] == ["sorting.json"]


def test_more_of_the_same_wrong_images_keep_their_causes(report, tmp_path):
    shown(report, tmp_path, 3).causes["occluded"].click()
    more = shown(report, tmp_path, 4)
    assert number(more) == 2 and "go on" in more.message.value
    assert list(Sorting.load(tmp_path).causes.values()) == ["occluded"]
    assert [path.name for path in tmp_path.iterdir()] == ["sorting.json"]


def test_with_other_wrong_images_it_keeps_what_is_in_both_and_the_older_file(report, tmp_path):
    widget = shown(report, tmp_path, 4)
    for _ in range(4):
        widget.causes["occluded"].click()
    before = (tmp_path / "sorting.json").read_bytes()
    fewer = shown(report, tmp_path, 3)
    assert "1 of the images that you sorted are not here" in fewer.message.value
    assert "sorting-earlier-1.json" in fewer.message.value
    assert len(Sorting.load(tmp_path).causes) == 3
    assert (tmp_path / "sorting-earlier-1.json").read_bytes() == before


def test_a_sorting_without_a_cause_is_no_loss_and_leaves_no_file_behind(report, tmp_path):
    shown(report, tmp_path, 4)
    other = shown(report, tmp_path, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["sorting.json"] and other.message.value == ""


@pytest.mark.parametrize("content", ["{", '{"format": 99}', "a shopping list"])
def test_a_damaged_or_foreign_file_is_kept_under_another_name_and_named(report, tmp_path, content):
    (tmp_path / "sorting.json").write_text(content)
    widget = shown(report, tmp_path)
    assert (tmp_path / "sorting-earlier-1.json").read_text() == content
    assert "is not a saved Sorting" in widget.message.value and "sorting-earlier-1.json" in widget.message.value
    widget.causes["occluded"].click()
    assert Sorting.load(tmp_path).counts["occluded"] == 1


def test_a_press_that_cannot_be_kept_says_so_and_counts_for_nothing(report, tmp_path, monkeypatch):
    widget = shown(report, tmp_path)

    def full(*_: object) -> None:
        raise OSError("no space left on device <b>")

    with monkeypatch.context() as broken:
        broken.setattr(sorting, "write_atomically", full)
        widget.causes["occluded"].click()
    assert "did not work. OSError: no space left on device &lt;b&gt;" in widget.message.value
    assert number(widget) == 1 and "0 of 4 have a cause" in widget.progress.value
    widget.causes["occluded"].click()  # and with space again, it works
    assert widget.message.value == "" and Sorting.load(tmp_path).counts["occluded"] == 1


def test_without_a_wrong_image_it_says_so_and_no_button_can_be_pressed(report, tmp_path):
    widget = shown(replace(report, images=replace(report.images, labels=report.predicted)), tmp_path)
    assert "nothing to sort" in widget.picture.value
    assert all(button.disabled for button in [*widget.causes.values(), widget.back, widget.next])


def test_names_from_the_data_are_written_as_text(report, tmp_path):
    classes = (EVIL, *report.images.classes[1:])
    named = ImageSet(report.images.images, report.images.labels, classes, report.images.facts)
    widget = shown(replace(report, images=named), tmp_path, 60)
    pages = [widget.picture.value, widget.small.value, widget.progress.value]
    assert EVIL not in "".join(pages) and "&lt;script&gt;" in widget.small.value


def test_the_plain_text_that_a_notebook_stores_is_short_and_always_the_same(report, tmp_path):
    def plain(widget) -> str:
        return repr(widget.box)[:110]  # as much of it as ipywidgets stores

    widget = shown(report, tmp_path)
    before = plain(widget)
    widget.causes["occluded"].click()
    assert plain(widget) == plain(shown(report, tmp_path)) == plain(shown(report, tmp_path / "other", 2)) == before
    assert before.startswith("VBox(children=(HTML(value='<strong>Why was it taken")
    assert "base64" not in before


def test_what_is_kept_is_readable_by_a_person(report, tmp_path):
    shown(report, tmp_path).causes["occluded"].click()
    record = json.loads((tmp_path / "sorting.json").read_text(encoding="utf-8"))
    assert list(record["causes"].values()) == ["occluded"] and len(record["asked"]) == 4
