"""Cards on disk: read back as they were, and whatever is damaged, foreign or older is named or still read."""

import json

import pytest

from course_lib.card import Card

ERROR = {"id": "a-1", "true": "cat", "predicted": "dog", "confidence": 0.9, "picture": "pictures/e.png"}
ROW = {"check": "leakage", "ok": None, "found": "Not known.", "meaning": "Ask.", "how": "the audit"}
CARD = Card(
    "Pets",
    dataset_split={
        "data": "pets",
        "rule": "by group, seed 0",
        "sizes": {"train": 100, "test": 40},
        "counts": [{"class": "cat", "train": 100, "test": 40}],
        "figure": "pictures/e.png",
    },
    prediction={
        "images": 2,
        "wrong": 1,
        "first": ERROR,
        "errors": [ERROR],
        "answers": {"images": "0123456789abcdef", "right": "01"},
    },
    metric={
        "train_val": {"train_loss": 0.1, "val_loss": 0.2, "train_accuracy": 0.95, "val_accuracy": 0.9},
        "kept_epoch": 3,
        "test": {"accuracy": 0.5, "low": 0.1, "high": 0.9, "macro_f1": 0.5},
        "calibration_error": 0.05,
        "per_class": [{"class": "cat", "precision": 1, "recall": 0.5, "f1": 0.7, "support": 2}],
        "confusion": [[1, 1], [0, 0]],
        "curves": "pictures/e.png",
        "matrix": "pictures/e.png",
    },
    failure_check={"checks": [ROW, ROW | {"check": "near copies", "part_of": "leakage"}, ROW | {"sure": 0.9}]},
    expected_output={
        "result": {"title": "Pets", "model": "linear", "lr": 0.1},
        "errors": ["pictures/e.png"],
    },
    explanations=[
        {
            "id": "a-1",
            "true": "cat",
            "predicted": "dog",
            "confidence": 0.9,
            "cause": "dark",
            "because": "Nothing can be seen.",
            "verdict": "holds",
            "found": "It comes right in the light.",
            "supported": True,
            "known": True,
            "captions": ["cat, taken for dog"],
            "asks": [],
            "figures": [],
            "before": "pictures/e.png",
        }
    ],
    sorting={"images": 1, "counts": {"occluded": 1}, "causes": {"a-1": "occluded"}},
    practice={"training": {"question": "What?", "answer": "That.", "pictures": []}},
    pictures={"pictures/e.png": b"\x89PNG\r\n\x1a\n"},
    alts={"pictures/e.png": "A cat"},
)


@pytest.fixture
def card() -> Card:
    return CARD


def test_a_card_is_read_back_equal(card, tmp_path):
    card.save(tmp_path)
    assert Card.load(tmp_path) == card


def test_a_card_that_names_a_file_outside_its_folder_is_refused(card, tmp_path):
    card.save(tmp_path / "card")
    (tmp_path / "secret.png").write_bytes(b"secret")
    record = json.loads((tmp_path / "card" / "card.json").read_text(encoding="utf-8"))
    record["alts"]["../secret.png"] = "not yours"
    (tmp_path / "card" / "card.json").write_text(json.dumps(record))
    with pytest.raises(ValueError, match="outside its folder"):
        Card.load(tmp_path / "card")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ("[]", "does not say its format"),
        ("{}", "does not say its format"),
        ("[" * 100_000, "recursion"),
        ('{"format": 99}', "another version"),
        ('{"format": 1, "alts": {"x.png": ""}}', "has no 'title'"),
    ],
)
def test_a_damaged_or_foreign_card_is_named(tmp_path, content, says):
    (tmp_path / "card.json").write_text(content)
    with pytest.raises(ValueError, match=rf"card.json is not part of a saved Card .*{says}"):
        Card.load(tmp_path)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda r: r["metric"]["test"].pop("low"), "metric.test has no 'low'"),
        (lambda r: r["metric"].update(test=[]), "its metric.test is list, not dict"),
        (lambda r: r["prediction"]["errors"][0].update(confidence="1"), r"prediction.errors\[0\].confidence is str"),
        (lambda r: r["prediction"]["first"].update(picture="no.png"), "prediction.first.picture is 'no.png'"),
        (lambda r: r["explanations"][0].pop("because"), r"explanations\[0\] has no 'because'"),
        (lambda r: r["sorting"]["counts"].update(occluded="many"), "sorting.counts.occluded is str, not int"),
        (lambda r: r["practice"].update(training="done"), "practice.training is str, not dict"),
        (lambda r: r.update(grade="A"), "has a 'grade', which no card has"),
        (lambda r: r.update(title=None), "title is NoneType, not str"),
    ],
)
def test_what_is_wrong_in_a_card_is_said(card, tmp_path, damage, says):
    card.save(tmp_path)
    record = json.loads((tmp_path / "card.json").read_text(encoding="utf-8"))
    damage(record)
    (tmp_path / "card.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(ValueError, match=f"card.json is not part of a saved Card .*{says}"):
        Card.load(tmp_path)


def test_a_lost_or_damaged_picture_and_a_folder_without_a_card_are_named(card, tmp_path):
    card.save(tmp_path)
    name = "pictures/e.png"
    (tmp_path / name).write_bytes(b"half")
    with pytest.raises(ValueError, match=f"{name} is not part of a saved Card .*no PNG picture"):
        Card.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ValueError, match=f"{name} is not part of a saved Card"):
        Card.load(tmp_path)
    with pytest.raises(ValueError, match=r"there is no card\.json in"):
        Card.load(tmp_path / "pictures")


def test_a_card_saved_before_there_were_explanations_still_loads(card, tmp_path):
    card.save(tmp_path)
    record = json.loads((tmp_path / "card.json").read_text(encoding="utf-8")) | {"format": 1}
    del record["explanations"], record["sorting"], record["prediction"]["answers"]
    for row in record["failure_check"]["checks"]:
        del row["how"]
        row.pop("part_of", None)
    (tmp_path / "card.json").write_text(json.dumps(record), encoding="utf-8")
    old = Card.load(tmp_path)
    assert (old.metric, old.explanations) == (card.metric, [])
    assert "How:" not in old.html()
    assert not old.check().ok
