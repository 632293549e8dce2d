"""The failure check of the card: the chapter's failures always, each once, with what was found and how."""

from collections import Counter

import pytest

from course_lib import augment, datasets, evaluation, evidence, models, splits, training
from course_lib.evidence import failures
from course_lib.findings import FAULTS, Finding, Findings
from course_lib.imageset import ImageSet

CHAPTER = {"augmentation changes the label", "class imbalance", "leakage", "overfitting"}


@pytest.fixture(scope="module")
def trained():
    split = splits.make(datasets.load("digits")[:300])
    run = training.fit(models.build("linear", split.train), split.train, split.val, epochs=2)
    return split, splits.audit(split), run, evaluation.evaluate(run.model, split.test)


def checked(trained, *, survival=None, **found) -> dict[str, dict]:
    """The rows by name, with findings that say of each fault what `found` says, or nothing; without findings if {}."""
    split, audit, run, report = trained
    faults = {name.replace("_", " "): value for name, value in found.items()}
    every = tuple(
        Finding(fault, faults.get(fault, False), 0.9, f"Evidence of {fault}.", f"Looked for {fault}.")
        for fault in FAULTS
    )
    findings = Findings(every, split, run, report, audit) if found else None
    rows = failures.check(split, audit, run, survival, findings)
    assert [name for name, n in Counter(row["check"] for row in rows).items() if n > 1] == []
    return {row["check"]: row for row in rows}


@pytest.mark.parametrize("found", [{}, {"shortcut": None}])
def test_each_failure_is_listed_once_with_how_it_was_looked_for(trained, found):
    rows = checked(trained, **found)
    assert rows.keys() >= CHAPTER | set(trained[1].table.check) | (set(FAULTS) if found else set())
    assert all(row["how"] and row["found"] for row in rows.values())
    assert {name for name, row in rows.items() if row.get("part_of")} == set(failures.LEAKS)


def test_what_the_audit_could_not_check_leaves_leakage_open(trained):
    assert checked(trained)["leakage"]["ok"] is None  # of digits no groups are known
    assert "groups on one side" in checked(trained)["leakage"]["found"]


def test_findings_bring_their_evidence_and_the_first_step(trained):
    rows = checked(trained, shortcut=None, label_noise=True)
    noise, healthy, unknown = rows["label noise"], rows["domain shift"], rows["shortcut"]
    assert (noise["ok"], healthy["ok"], unknown["ok"]) == (False, True, None)
    assert (noise["found"], noise["meaning"]) == ("Evidence of label noise.", FAULTS["label noise"])
    assert healthy["meaning"] == ""


def test_findings_bring_the_survival_that_they_measured(sixes_and_nines):
    split, audit, survival = sixes_and_nines
    model = models.build("linear", split.train)
    run = training.fit(model, split.train, split.val, epochs=1, policy=augment.Policy(rotate=1.0))
    none = Finding("augmentation changes the label", False, 0.1, "Evidence.", "Looked.")
    findings = Findings((none,), split, run, evaluation.evaluate(model, split.val), audit, survival)
    rows = failures.check(split, audit, run, None, findings)
    row = next(row for row in rows if row["check"] == none.fault)
    assert (row["ok"], row["found"]) == (False, "rotate: changes the label: 6↔9.")


def test_the_findings_have_the_word_but_cannot_deny_what_the_audit_proves(trained):
    split, _, run, report = trained
    doubled = splits.Split(split.train, split.val, split.train[:60], split.seed, split.by)
    leaking = checked((doubled, splits.audit(doubled), run, report), label_noise=True)
    assert leaking["leakage"]["ok"] is False  # the findings say: not found
    assert leaking["leakage"]["meaning"] == FAULTS["leakage"]
    assert checked(trained, leakage=True)["leakage"]["found"] == "Evidence of leakage."
    assert checked(trained, class_imbalance=True)["class imbalance"]["ok"] is False  # the card counts: balanced
    assert checked(trained, class_imbalance=None)["class imbalance"]["ok"] is True  # the card has counted itself


@pytest.mark.parametrize(
    ("policy", "measure", "ok", "says"),
    [
        ({}, False, True, "not augmented"),
        ({"rotate": 1.0}, False, None, "Not measured, with rotate"),
        ({"rotate": 1.0, "hflip": 0.0}, True, False, "rotate: changes the label: 6↔9."),
        ({"brightness": 0.05, "mixup": 0.2}, True, True, "brightness: safe."),
        ({"grayscale": 0.5}, True, None, "grayscale: not measured."),
    ],
    ids=["no policy", "no survival", "a half turn", "a little light", "another operation"],
)
def test_the_failure_check_knows_which_augmentations_change_labels(policy, measure, ok, says, sixes_and_nines):
    split, audit, survival = sixes_and_nines
    model = models.build("linear", split.train)
    run = training.fit(model, split.train, split.val, epochs=1, policy=augment.Policy(**policy))
    card = evidence.make("x", split=split, audit=audit, run=run, survival=survival if measure else None)
    check = next(c for c in card.failure_check["checks"] if c["check"] == "augmentation changes the label")
    assert check["ok"] is ok
    assert says in check["found"]


@pytest.fixture(scope="module")
def sixes_and_nines():
    digits = datasets.load("digits")
    both = digits[(digits.labels == 6) | (digits.labels == 9) | (digits.labels == 0)]
    labels = (both.labels == 6).long() + 2 * (both.labels == 9).long()
    split = splits.make(ImageSet(both.images, labels, ("0", "6", "9"), name="digits"))
    model = models.build("small_cnn", split.train)
    training.fit(model, split.train, split.val, epochs=6)
    survival = augment.survival(model, split.val, ["rotate", "brightness"], [0.05, 1.0])
    return split, splits.audit(split), survival
