"""sorting: which cause the student puts each wrong image to, kept whole on the disk."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import matplotlib.pyplot as plt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import datasets, evaluation, figures, logbook, models, plots, sorting, splits, training
from course_lib.causes import CAUSES
from course_lib.imageset import ImageSet
from course_lib.sorting import Sorting

EVIL = '<script>alert("1")</script>'


@pytest.fixture(scope="module")
def report() -> evaluation.Report:
    images = datasets.load("digits")[:80]
    return evaluation.evaluate(models.build("linear", images), images)


@pytest.fixture(scope="module")
def begun(report) -> Sorting:
    return sorting.begin(report)


@pytest.fixture(autouse=True)
def no_figure_is_left_open():
    yield
    plt.close("all")


def test_it_begins_with_the_most_confident_wrong_images_and_no_cause(begun, report):
    errors = report.errors(20)
    assert [image["id"] for image in begun.asked] == errors.id.tolist()
    assert [image["confidence"] for image in begun.asked] == pytest.approx(errors.confidence.tolist())
    assert begun.causes == {} and begun.missing == list(range(1, 21))
    assert begun.counts == dict.fromkeys(CAUSES, 0)
    assert len(sorting.begin(report, 3).asked) == 3
    assert len(sorting.begin(report, 1000).asked) == len(report.wrong)


@given(causes=st.dictionaries(st.integers(1, 20), st.sampled_from(list(CAUSES))))
def test_numbers_and_ids_say_the_same_and_every_image_is_counted_once_or_missing(begun, causes):
    sorted_ = sorting.assign(begun, causes)
    assert sorted_ == sorting.assign(begun, {begun.asked[n - 1]["id"]: cause for n, cause in causes.items()})
    assert sorted_.missing == [n for n in range(1, 21) if n not in causes]
    assert sum(sorted_.counts.values()) + len(sorted_.missing) == 20
    assert list(sorted_.counts) == list(CAUSES)


def test_another_cause_replaces_the_first_and_leaves_the_sorting_before_as_it_was(begun):
    first = sorting.assign(begun, {2: "occluded", 3: "wrong label"})
    second = sorting.assign(first, {2: "wrong region"})
    assert (first.counts["occluded"], second.counts["occluded"], second.counts["wrong region"]) == (1, 0, 1)
    assert second.counts["wrong label"] == 1 and begun.causes == {}


@pytest.mark.parametrize(
    ("causes", "says"),
    [
        ({1: "ocluded"}, "no cause of a wrong image called 'ocluded', only"),
        ({1: "ocluded"}, "did you mean 'occluded'?"),
        ({1: None}, "no cause of a wrong image called None"),
        ({0: "occluded"}, "numbered 1 to 20; got 0"),
        ({21: "occluded"}, "numbered 1 to 20; got 21"),
        ({"digits-x": "occluded"}, "no image in this sorting called 'digits-x'"),
        ({1.5: "occluded"}, "no image in this sorting called 1.5"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_taken(begun, causes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        sorting.assign(begun, {2: "wrong label"} | causes)


@pytest.mark.parametrize("n", [0, -1, 2.5, "20"])
def test_fewer_than_one_image_is_refused(report, n):
    with pytest.raises(ValueError, match=r"at least 1; got"):
        sorting.begin(report, n)


def test_without_a_wrong_image_there_is_nothing_to_sort(report):
    right = replace(report, images=replace(report.images, labels=report.predicted))
    nothing = sorting.begin(right)
    assert nothing.asked == () and nothing.missing == []
    assert repr(nothing) == "Sorting(0 wrong images, 0 sorted)"
    assert "0 wrong images" in plots.sorting(nothing, right).get_title()


def test_an_id_that_comes_twice_is_asked_once(report):
    twice = report.images[[*report.wrong[:2], *report.wrong[:2]]]
    both = evaluation.evaluate(report.classifier, twice)
    assert len(sorting.begin(both).asked) == 2


def test_ids_that_are_numbers_in_the_facts_are_kept_as_text(report, tmp_path):
    facts = report.images.facts.assign(id=range(100, 180))
    other = replace(report, images=replace(report.images, facts=facts))
    begun = sorting.assign(sorting.begin(other), {1: "occluded"})
    begun.save(tmp_path)
    assert Sorting.load(tmp_path) == begun
    assert sorting.rows(begun, other) == other.wrong[:20].tolist()


@given(causes=st.dictionaries(st.integers(1, 20), st.sampled_from(list(CAUSES))))
def test_a_saved_sorting_is_read_back_equal(begun, causes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sorting")
    kept = sorting.assign(begun, causes)
    assert kept.save(folder / "new") == folder / "new" / "sorting.json"
    assert Sorting.load(folder / "new") == kept


def test_killed_while_saving_the_old_sorting_is_still_whole(begun, tmp_path, die_while_saving):
    old, new = (sorting.assign(begun, {1: cause}) for cause in ("occluded", "wrong label"))
    old.save(tmp_path / "old")
    new.save(tmp_path / "new")
    die_while_saving("sorting.Sorting", tmp_path / "new", tmp_path / "old", 1)
    assert Sorting.load(tmp_path / "old") == old


IMAGE = {"id": "a", "true": "1", "predicted": "7", "confidence": 0.9}
WHOLE = {"format": 1, "asked": [IMAGE], "causes": {}}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "JSONDecodeError"),
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError: 'format'"),
        (WHOLE | {"format": 9}, "another version of course_lib"),
        (WHOLE | {"asked": 3}, "TypeError"),
        (WHOLE | {"asked": [IMAGE | {"id": 3}]}, "must be text"),
        (WHOLE | {"asked": [IMAGE | {"confidence": "sure"}]}, "ValueError"),
        (WHOLE | {"asked": [{"id": "a"}]}, "KeyError: 'true'"),
        (WHOLE | {"causes": []}, "AttributeError"),
        (WHOLE | {"causes": {"b": "occluded"}}, "no image in this sorting called 'b'"),
        (WHOLE | {"causes": {"a": "bad luck"}}, "no cause of a wrong image called 'bad luck'"),
        (WHOLE | {"causes": {"a": ["occluded"]}}, "TypeError"),
    ],
)
def test_a_damaged_or_foreign_file_is_named_with_what_is_wrong(tmp_path, content, says):
    (tmp_path / "sorting.json").write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ValueError, match=rf"sorting.json is not a saved Sorting \(.*{re.escape(says)}"):
        Sorting.load(tmp_path)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"sorting.json is not a saved Sorting \(FileNotFoundError"):
        Sorting.load(tmp_path)
    (tmp_path / "sorting.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"sorting.json is not a saved Sorting \(UnicodeDecodeError"):
        Sorting.load(tmp_path)


def test_the_table_marks_what_is_measured_and_names_every_cause(begun):
    html = sorting.assign(begun, {2: "occluded", 5: "occluded"})._repr_html_()
    assert all(f">{cause}</td>" in html for cause in CAUSES)
    assert '<td class="measured">2</td><td style="text-align:left" class="measured">2, 5</td>' in html
    plain = re.sub(r'class="measured">[^<]*<', "", html)
    assert not re.search(r"\d", plain)


def test_the_figure_numbers_every_image_and_writes_its_cause_below(begun, report):
    ax = plots.sorting(sorting.assign(begun, {2: "occluded"}), report)
    texts = [text.get_text() for text in ax.texts]
    assert len(ax.images) == len(texts) == 20
    assert [text.split(".")[0] for text in texts] == [str(n) for n in range(1, 21)]
    assert [text for text in texts if text.endswith("\noccluded")] == [texts[1]]
    assert "occluded 1" in figures.alt(ax.figure) and "1 sorted" in ax.get_title()
    shown = ax.images[1].get_array()[..., 0]
    assert (shown == report.images.images[report.wrong[1], 0].numpy()).all()


def test_captions_of_long_names_do_not_run_into_each_other():
    classes = ("a domestic cat", "a panda")
    images = ImageSet(torch.zeros(6, 1, 8, 8, dtype=torch.uint8), torch.zeros(6, dtype=torch.int64), classes)
    probabilities = torch.tensor([[0.1, 0.9]]).repeat(6, 1)
    report = evaluation.Report(images, probabilities, "x")
    ax = plots.sorting(sorting.assign(sorting.begin(report), {1: "ambiguous class", 2: "too few like it"}), report)
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_the_figure_refuses_a_sorting_of_other_images(begun, report):
    right = replace(report, images=replace(report.images, labels=report.predicted))
    with pytest.raises(ValueError, match=r"is not wrong in .* begin anew with sorting.begin\(report\)"):
        plots.sorting(begun, right)


def test_the_training_log_takes_its_counts_and_still_the_five_names_of_before(tmp_path):
    split = splits.make(datasets.load("digits")[:300])
    run = training.fit(models.build("linear", split.train), split.train, split.val, epochs=1)
    on_val = evaluation.evaluate(run.model, split.val)
    counts = sorting.assign(sorting.begin(on_val), {1: "occluded"}).counts
    nouns = {"run": run, "split": split, "report": on_val}
    assert logbook.save(tmp_path / "new", **nouns, causes=counts).record["causes"] == counts
    five = ("wrong label", "poor quality", "ambiguous class", "wrong region", "too few like it")
    assert logbook.save(tmp_path / "old", **nouns, causes=dict.fromkeys(five, 0)).record["causes"]


def test_names_from_the_data_are_written_as_text():
    facts = ImageSet(torch.zeros(1, 1, 4, 4, dtype=torch.uint8), torch.tensor([0]), ("a", EVIL)).facts
    images = ImageSet(torch.zeros(1, 1, 4, 4, dtype=torch.uint8), torch.tensor([0]), ("a", EVIL), facts.assign(id=EVIL))
    report = evaluation.Report(images, torch.tensor([[0.0, 1.0]]), "x")
    begun = sorting.assign(sorting.begin(report), {1: "occluded"})
    assert EVIL not in begun._repr_html_()
    assert EVIL not in figures.img(plots.sorting(begun, report).figure)
