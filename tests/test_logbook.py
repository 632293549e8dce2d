"""logbook: keeps of a training what the chapter lists, where a person and a program can find it."""

import csv
import json
import re
from dataclasses import replace

import pytest

from course_lib import datasets, evaluation, logbook, models, splits, training
from course_lib.runs import Run


@pytest.fixture(scope="module")
def nouns() -> dict:
    split = splits.make(datasets.load("digits")[:300])
    run = training.fit(models.build("linear", split.train), split.train, split.val, epochs=2)
    return {"split": split, "run": run, "report": evaluation.evaluate(run.model, split.val)}


def test_everything_the_chapter_says_to_keep_is_in_the_folder(nouns, tmp_path):
    entry = logbook.save(
        tmp_path / "runs" / "first", **nouns, causes={"poor quality": 3}, next_step="Train for longer."
    )
    record = json.loads((entry.folder / "log.json").read_text(encoding="utf-8"))
    for name in ("data_version", "split", "model", "input_size", "lr", "batch_size", "epochs"):
        assert record[name], name
    for name in ("best_metrics", "confusion_matrix", "wrong_examples", "causes", "next_step", "environment"):
        assert record[name], name
    assert record["augmentation"] == {}
    assert {"history.csv", "curves.png", "confusion.png", "run.json"} <= {p.name for p in entry.folder.iterdir()}
    assert all((entry.folder / wrong["picture"]).exists() for wrong in record["wrong_examples"])
    with (entry.folder / "history.csv").open(newline="") as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]
    assert Run.load(entry.folder).history.equals(nouns["run"].history)
    assert logbook.load(entry.folder).record == record


def test_the_data_version_changes_with_one_pixel_one_label_or_one_name(nouns):
    images = nouns["split"].train
    before = images.fingerprint()
    pixels, labels = images.images.clone(), images.labels.clone()
    pixels[-1, 0, 3, 4] += 1
    labels[0] = (labels[0] + 1) % 10
    names = ("nought", *images.classes[1:])
    changed = [replace(images, images=pixels), replace(images, labels=labels), replace(images, classes=names)]
    assert len({before, *(other.fingerprint() for other in changed)}) == 4
    assert replace(images, images=images.images.clone()).fingerprint() == before


def test_the_log_is_for_choosing_so_it_takes_no_report_on_test(nouns, tmp_path):
    on_test = evaluation.evaluate(nouns["run"].model, nouns["split"].test)
    with pytest.raises(ValueError, match=r"takes a report on the val part .* got one on 41 other images"):
        logbook.save(tmp_path / "x", **nouns | {"report": on_test})
    assert not (tmp_path / "x").exists()


def test_a_folder_without_a_log_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"log.json is not a training log"):
        logbook.load(tmp_path)


def test_wrong_images_of_an_earlier_entry_do_not_stay(nouns, tmp_path):
    logbook.save(tmp_path, **nouns)
    other = replace(nouns["report"], probabilities=nouns["report"].probabilities.flip(1))
    record = logbook.save(tmp_path, **nouns | {"report": other}).record
    names = {f"wrong/{path.name}" for path in (tmp_path / "wrong").iterdir()}
    assert names == {wrong["picture"] for wrong in record["wrong_examples"]}


def test_an_unknown_cause_suggests_the_nearest_and_writes_nothing(nouns, tmp_path):
    with pytest.raises(ValueError, match=r"no cause of a wrong image called 'poor qualty', only .*'poor quality'"):
        logbook.save(tmp_path / "x", **nouns, causes={"poor qualty": 2})
    assert not (tmp_path / "x").exists()


def test_what_differs_between_machines_is_marked_and_what_was_chosen_is_not(nouns, tmp_path):
    html = logbook.save(tmp_path, **nouns)._repr_html_()
    for value in (nouns["run"].environment["torch"], nouns["split"].train.fingerprint()[:8]):
        assert re.search(rf'class="measured">[^<]*{re.escape(value)}', html)
    assert re.search(r'"text-align:left">linear<', html)
