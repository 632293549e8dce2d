"""Card: filled from real objects, says what is missing, trusts no file, and is never half written."""

import csv
import json
from dataclasses import replace
from html import unescape

import pytest
import torch

from course_lib import datasets, evaluation, evidence, models, plots, sorting, splits, training
from course_lib.card import Card
from course_lib.evidence import fields
from course_lib.findings import Findings
from course_lib.imageset import ImageSet

EVIL = "<script>alert(1)</script>"
CAUSES_OF = {0: "wrong label", 1: "poor quality"}


@pytest.fixture(scope="module")
def nouns() -> dict:
    digits = datasets.load("digits")[:400]
    hostile = ImageSet(digits.images, digits.labels, (EVIL, "../../up", "=1+1", r"$\foo$", *"456789"), name="digits")
    split = splits.make(hostile)
    run = training.fit(models.build("linear", split.train), split.train, split.val, epochs=2)
    report = evaluation.evaluate(run.model, split.test)
    assert len(report.wrong), "these tests need a wrong image"
    return {"split": split, "audit": splits.audit(split), "run": run, "report": report}


@pytest.fixture(scope="module")
def explained(nouns) -> dict:
    """What a student adds: two explanations, one of them with a figure as evidence, and a sorting."""
    report = nouns["report"]
    first, second = report.wrong[:2].tolist()
    evident = plots.confusion(report)
    sorted_ = sorting.begin(report)
    return {
        "explanations": [
            evidence.explain(report, first, cause="ambiguous class", because=EVIL),
            evidence.explain(report, second, cause="poor quality", because="Too thick.", figures=evident),
        ],
        "sorting": sorting.assign(sorted_, {1: "wrong label", 2: "poor quality"}),
    }


@pytest.fixture(scope="module")
def card(nouns, explained) -> Card:
    return evidence.make("Mine", **nouns, **explained, sentence="The first is too thick.")


def rows(folder) -> list[dict]:
    with (folder / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_card_of_everything_is_complete_and_holds_what_the_nouns_say(card, nouns):
    assert card.missing == []
    assert card.metric["test"]["accuracy"] == nouns["report"].accuracy
    assert card.metric["train_val"] == nouns["run"].metrics
    assert sum(card.dataset_split["sizes"].values()) == 400
    assert card.prediction["errors"][0]["confidence"] == pytest.approx(
        float(nouns["report"].confidence[nouns["report"].wrong].max())
    )
    assert card.prediction["answers"]["right"].count("0") == len(nouns["report"].wrong)


def test_the_explanations_and_the_sorting_are_on_the_card_with_their_pictures(card, explained):
    assert [e["because"] for e in card.explanations] == [EVIL, "Too thick."]
    assert [e["supported"] for e in card.explanations] == [False, True]
    assert all(card.pictures[e["before"]].startswith(b"\x89PNG") for e in card.explanations)
    assert [len(e["figures"]) for e in card.explanations] == [0, 1]
    assert card.sorting["counts"] == explained["sorting"].counts
    assert card.sorting["causes"] == {card.prediction["errors"][i]["id"]: c for i, c in CAUSES_OF.items()}


@pytest.mark.parametrize("change", [{}, {"sentence": ""}])
def test_a_sentence_or_an_explanation_is_enough_for_a_first_card(nouns, explained, change):
    assert evidence.make("Mine", **nouns, explanations=explained["explanations"], **change).missing == []


def test_the_same_test_images_in_another_order_give_the_same_answers(nouns):
    report = nouns["report"]
    order = torch.randperm(len(report.images), generator=torch.Generator().manual_seed(0))
    shuffled = evaluation.Report(report.images[order], report.probabilities[order], report.model)
    assert fields.answers(shuffled) == fields.answers(report)
    fewer = evaluation.Report(report.images[1:], report.probabilities[1:], report.model)
    assert fields.answers(fewer)["images"] != fields.answers(report)["images"]


@pytest.mark.parametrize(
    ("without", "field"),
    [
        ("split", "dataset split (give the split)"),
        ("report", "prediction (give a report on the test part)"),
        ("run", "metric (give the run and a report on the test part)"),
        ("audit", "failure check (give the split, its audit and the run)"),
        ("sentence", "your sentence on a failure image (card.explain)"),
    ],
)
def test_what_is_not_given_is_missing_by_name(nouns, without, field):
    given = nouns | {"sentence": "Too thick."}
    del given[without]
    card = evidence.make("Mine", **given)
    assert field in card.missing
    assert field in card.html()


def test_a_report_without_a_wrong_image_leaves_the_card_incomplete(nouns):
    split = nouns["split"]
    right = split.test[[i for i in range(len(split.test)) if i not in nouns["report"].wrong]]
    given = {"split": replace(split, test=right), "report": evaluation.evaluate(nouns["run"].model, right)}
    card = evidence.make("Mine", **given, run=nouns["run"], sentence="x")
    assert any("misclassified image" in item for item in card.missing)


def test_the_sentence_is_added_to_a_new_card_and_must_say_something(card):
    assert card.explain("  A closed loop. ").sentence == "A closed loop."
    assert card.sentence == "The first is too thick."
    with pytest.raises(ValueError, match="sentence on a failure image is empty"):
        card.explain("  ")


def test_a_saved_card_is_read_back_equal(card, tmp_path):
    page = card.save(tmp_path)
    assert page.read_text(encoding="utf-8") == card.html()
    assert Card.load(tmp_path) == card


def test_class_names_reach_no_file_outside_the_folder(card, tmp_path):
    card.save(tmp_path / "card")
    assert [path.name for path in tmp_path.iterdir()] == ["card"]
    assert all(path.suffix in (".png", ".json", ".html", ".csv", "") for path in tmp_path.rglob("*"))


def test_every_error_example_is_saved_as_a_picture(card, tmp_path):
    card.save(tmp_path)
    for error in card.prediction["errors"]:
        assert (tmp_path / error["picture"]).read_bytes().startswith(b"\x89PNG")


def test_a_further_run_adds_a_row_and_overwrites_nothing(nouns, tmp_path):
    first, second = (evidence.make(title, **nouns) for title in ("first", "=SUM(A1)"))
    first.save(tmp_path)
    pictures = {path: path.read_bytes() for path in tmp_path.rglob("*.png")}
    second.save(tmp_path)
    second.save(tmp_path)  # the same card again is no further run
    assert [row["title"] for row in rows(tmp_path)] == ["first", "'=SUM(A1)"]
    assert all(path.read_bytes() == content for path, content in pictures.items())


def test_a_results_table_with_other_columns_keeps_them(card, tmp_path):
    (tmp_path / "results.csv").write_text("run,title,note\n2025,older,by hand\n", encoding="utf-8-sig")
    card.save(tmp_path)
    card.save(tmp_path)
    assert [(row["title"], row["note"]) for row in rows(tmp_path)] == [("older", "by hand"), ("Mine", "")]


@pytest.mark.parametrize("foreign", ["run;title\n1;a\n", "run,title\n1,a,one too many\n"])
def test_a_foreign_results_table_is_refused_and_stays_as_it_is(card, tmp_path, foreign):
    (tmp_path / "results.csv").write_text(foreign, encoding="utf-8")
    with pytest.raises(ValueError, match=r"results.csv is no table of results.*rename it"):
        card.save(tmp_path)
    assert (tmp_path / "results.csv").read_text(encoding="utf-8") == foreign


def test_an_earlier_card_with_the_students_words_is_not_lost(card, tmp_path):
    card.save(tmp_path)
    replace(card, sentence="").save(tmp_path)
    assert json.loads((tmp_path / "card-earlier-1.json").read_text(encoding="utf-8"))["sentence"] == card.sentence
    card.save(tmp_path)
    assert not (tmp_path / "card-earlier-2.json").exists()


def test_no_picture_is_written_outside_the_folder(card, tmp_path):
    astray = replace(card, pictures={"../evil.png": b"\x89PNG\r\n\x1a\n"}, alts={"../evil.png": "x"})
    with pytest.raises(ValueError, match="outside its folder"):
        astray.save(tmp_path / "card")
    assert not (tmp_path / "evil.png").exists()


def test_nouns_of_two_models_are_refused(nouns):
    other = evaluation.evaluate(models.build("small_cnn", nouns["split"].train), nouns["split"].test)
    with pytest.raises(ValueError, match="answers of another model"):
        evidence.make("Mine", **nouns | {"report": other})


def test_killed_at_any_write_the_old_card_is_still_whole(nouns, explained, tmp_path, die_while_saving):
    old, new = (evidence.make(title, **nouns, **explained) for title in ("old", "new"))
    new.save(tmp_path / "new")
    pictures = len(new.pictures)  # then card.json, card.html and results.csv are written
    for dies_at in (1, pictures, pictures + 1, pictures + 2, pictures + 3):
        folder = tmp_path / f"{dies_at}"
        old.save(folder)
        page = (folder / "card.html").read_text(encoding="utf-8")
        die_while_saving("card.Card", tmp_path / "new", folder, dies_at)
        assert Card.load(folder) == (old if dies_at <= pictures + 1 else new)
        shown = page if dies_at <= pictures + 2 else new.html()
        assert (folder / "card.html").read_text(encoding="utf-8") == shown
        assert [row["title"] for row in rows(folder)] == ["old"]


def test_nouns_that_do_not_belong_together_are_refused(nouns):
    split, other = nouns["split"], splits.make(datasets.load("digits")[:300], seed=1)
    on_train = evaluation.evaluate(nouns["run"].model, split.train)
    with pytest.raises(ValueError, match="not the test part"):
        evidence.make("Mine", **(nouns | {"report": on_train}))
    with pytest.raises(ValueError, match="the audit is not of"):
        evidence.make("Mine", split=split, audit=splits.audit(other))
    with pytest.raises(ValueError, match="was not trained on"):
        evidence.make("Mine", split=other, run=nouns["run"])


def test_findings_explanations_and_a_sorting_of_something_else_are_refused(nouns, explained):
    split, run, report = nouns["split"], nouns["run"], nouns["report"]
    with pytest.raises(ValueError, match="findings are of another run"):
        evidence.make("Mine", **nouns, findings=Findings((), split, replace(run), report, nouns["audit"]))
    on_val = evaluation.evaluate(run.model, split.val)
    stranger = evidence.explain(on_val, int(on_val.wrong[0]), cause="occluded", because="x")
    with pytest.raises(ValueError, match="no wrong image of this report"):
        evidence.make("Mine", **nouns, explanations=stranger)
    with pytest.raises(ValueError, match=r"explanations takes what .* returned; got str"):
        evidence.make("Mine", **nouns, explanations=["It is dark."])
    with pytest.raises(ValueError, match="sort the wrong images of this report"):
        evidence.make("Mine", **nouns, sorting=sorting.begin(on_val))


def test_the_page_of_the_card_of_nothing_lists_all_five_fields():
    card = evidence.make("Empty")
    assert len(card.missing) == 6
    assert torch.tensor([item in card.html() for item in card.missing]).all()


def test_a_steps_practice_output_begins_a_card_and_joins_the_one_that_is_there(card, nouns, tmp_path):
    figure = plots.learning_curves(nouns["run"])
    begun = evidence.practice(tmp_path, "training", "Val stops falling.", axes=figure)
    assert begun.practice["training"]["answer"] == "Val stops falling."
    card.save(tmp_path)  # a whole card made later keeps it
    whole = Card.load(tmp_path)
    assert whole.practice == begun.practice
    assert whole.missing == []
    html = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert "Val stops falling." in html
    assert begun.alts[begun.practice["training"]["pictures"][0]] in unescape(html)


def test_an_empty_answer_is_missing_and_never_replaces_a_written_one(tmp_path):
    assert (
        "your answer to the question of the step augmentation"
        in evidence.practice(tmp_path, "augmentation", "  ").missing
    )
    evidence.practice(tmp_path, "augmentation", EVIL)
    again = evidence.practice(tmp_path, "augmentation", "")
    assert again.practice["augmentation"]["answer"] == EVIL
    assert EVIL not in again.html()


def test_the_pictures_of_a_step_done_again_replace_the_old_ones_and_no_others(nouns, tmp_path):
    for _ in range(2):
        curves, matrix = plots.learning_curves(nouns["run"]), plots.confusion(nouns["report"])
        evidence.practice(tmp_path, "training", "a", axes=[curves, matrix])
        done = evidence.practice(tmp_path, "architectures", "b", axes=plots.class_balance(nouns["split"]))
    assert list(done.practice) == ["architectures", "training"]  # the chapter's order
    shown = [name for output in done.practice.values() for name in output["pictures"]]
    assert len(shown) == 3
    assert set(shown) == set(done.pictures) == set(done.alts)


def test_an_unknown_step_suggests_the_nearest(tmp_path):
    with pytest.raises(ValueError, match=r"no step called 'trainig', only .*: did you mean 'training'"):
        evidence.practice(tmp_path, "trainig", "x")
    assert not list(tmp_path.iterdir())
