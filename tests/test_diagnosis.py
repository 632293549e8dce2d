"""Diagnosis: each fault can be planted, leaves its symptom, and is named; a healthy training is left alone."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import datasets, diagnosis, evaluation, figures, frames, models, plots, splits, training
from course_lib.augment import Policy
from course_lib.diagnosis import FAULTS, Symptoms, judge, plant
from course_lib.diagnosis.circumstances import closest_fact, cramers_v, told_apart
from course_lib.diagnosis.planting import PLANTS
from course_lib.diagnosis.rules import over
from course_lib.diagnosis.symptoms import error_of_the_surest, follows_the_frame, leaks
from course_lib.evaluation import Report
from course_lib.imageset import ImageSet
from course_lib.runs import Run

# What a good training looks like.
HEALTHY = Symptoms(
    train=0.95, val=0.9, sure=0.93, reference=np.nan, doubted=0.0, end_train=0.95, end_gap=0.06, loss_gap=0.1,
    loss_ratio=1.3, jumps=0.02, rate=np.nan, copies=0.0, groups=0.0, imbalance=1.1, lowest_recall=0.85, test=0.9,
    domains=0.5, frame=0.15, guessed=1 / 3, follows=0.2, fact="background", tie=0.1, survival=None,
)  # fmt: skip
ILL = {
    "underfitting": {"train": 0.6, "sure": 0.45, "reference": 0.93, "rate": 1.0},
    "overfitting": {"train": 1.0, "val": 0.7, "end_train": 1.0, "end_gap": 0.3, "loss_gap": 1.0, "loss_ratio": 6.0},
    "learning rate too high": {"sure": 0.5, "reference": 0.93, "rate": 100.0, "jumps": 0.4},
    "learning rate too low": {"sure": 0.4, "reference": 0.93, "rate": 0.001},
    "leakage": {"copies": 0.2},
    "class imbalance": {"imbalance": 20.0},
    "label noise": {"doubted": 0.3, "sure": 0.6, "reference": 0.6},
    "domain shift": {"domains": 0.95},
    "shortcut": {"frame": 0.8, "follows": 0.9},
}


@pytest.fixture(scope="module")
def digits():
    return splits.make(datasets.load("digits")[:1200], val=0.2, test=0.2)


@pytest.fixture(scope="module")
def critters():
    return splits.make(datasets.load("critters", n=300, size=32), val=0.25, test=0.25, by="group")


def trained(split, **settings):
    model = models.build("small_cnn", split.train)
    run = training.fit(model, split.train, split.val, **settings)
    return run, evaluation.evaluate(model, split.test)


@pytest.fixture(scope="module")
def healthy(digits):
    run, report = trained(digits)
    return diagnosis.examine(digits, run, report)


def named(symptoms: Symptoms) -> list[str]:
    return [finding.fault for finding in judge(symptoms) if finding.found]


# Rules


def test_a_healthy_training_has_no_fault():
    assert named(HEALTHY) == []


@pytest.mark.parametrize("fault", ILL)
def test_each_fault_is_named_by_its_symptoms_and_no_other_is(fault):
    assert named(replace(HEALTHY, **ILL[fault])) == [fault]


@pytest.mark.parametrize(
    ("symptom", "weaker", "stronger", "fault"),
    [
        ("copies", 0.05, 0.07, "leakage"),
        ("groups", 0.05, 0.07, "leakage"),
        ("imbalance", 2.5, 4.0, "class imbalance"),
        ("doubted", 0.1, 0.14, "label noise"),
        ("domains", 0.65, 0.72, "domain shift"),
        ("tie", 0.35, 0.45, "shortcut"),
    ],
)
def test_a_symptom_names_its_fault_from_its_limit_on(symptom, weaker, stronger, fault):
    weak, strong = (named(replace(HEALTHY, **{symptom: value})) for value in (weaker, stronger))
    assert (weak, strong) == ([], [fault])


@given(st.floats(-10, 10), st.floats(-10, 10))
def test_confidence_grows_with_the_symptom_and_is_a_half_at_the_limit(one, other):
    low, high = sorted((one, other))
    assert 0 <= over(low, 0.3, 0.5) <= over(high, 0.3, 0.5) <= 1
    assert over(0.3, 0.3, 0.5) == 0.5
    assert np.isnan(over(np.nan, 0.3, 0.5))


@pytest.mark.parametrize("symptom", ["doubted", "domains", "frame"])
def test_what_was_not_measured_is_neither_found_nor_cleared(symptom):
    unknown = [finding for finding in judge(replace(HEALTHY, **{symptom: np.nan})) if finding.found is None]
    assert len(unknown) == 1 and unknown[0].confidence == 0


def test_a_low_rate_explains_that_little_was_learnt():
    poor = replace(HEALTHY, sure=0.4, reference=0.93)
    assert named(replace(poor, rate=1.0)) == ["underfitting"]
    assert named(replace(poor, rate=0.001)) == ["learning rate too low"]


def test_without_a_report_on_test_domain_shift_is_not_looked_for():
    finding = judge(replace(HEALTHY, domains=np.nan, test=np.nan))[list(FAULTS).index("domain shift")]
    assert finding.found is None and "not on test" in finding.evidence


# Symptoms


def test_cramers_v_is_one_for_twins_and_near_nothing_for_strangers():
    rng = np.random.default_rng(0)
    left, right = rng.integers(3, size=600), rng.integers(4, size=600)
    assert cramers_v(left, left) == pytest.approx(1, abs=0.01)
    assert cramers_v(left, right) < 0.12
    assert cramers_v(left, np.zeros(600)) == 0


def test_the_fact_that_goes_with_the_class_is_found_and_the_class_itself_is_no_circumstance(critters):
    assert closest_fact(critters.train)[0] in {"background", "atypical"}
    assert closest_fact(critters.train)[1] < 0.4
    tied = plant(critters, "shortcut").split.train
    assert closest_fact(tied) == ("background", pytest.approx(1, abs=0.05))


def test_no_name_and_nothing_that_is_the_class_is_a_circumstance(critters):
    facts = critters.train.facts.assign(breed=critters.train.facts["species"].str.title())
    facts.loc[0, "species"] = None
    name, tie = closest_fact(replace(critters.train, facts=facts))
    assert name in {"background", "atypical"} and tie < 0.4


def test_an_image_with_an_exact_and_a_near_copy_counts_once(digits):
    twice = splits.audit(replace(digits, val=digits.train[:100]))
    assert leaks(twice)[0] == pytest.approx(100 / (100 + len(digits.test)))


class GoesByTheEdge(torch.nn.Module):
    """Says what the corner says, whatever the middle shows."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes, self.mean = classes, torch.zeros(1)

    def forward(self, images):
        return torch.nn.functional.one_hot(images[:, 0, 0, 0].long(), self.classes).float()


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_model_that_goes_by_the_edge_is_found_out(classes):
    labels = torch.arange(60) % classes
    images = torch.zeros(60, 1, 16, 16, dtype=torch.uint8) + labels.to(torch.uint8).view(-1, 1, 1, 1)
    val = ImageSet(images, labels, tuple("abcde"[:classes]))
    assert follows_the_frame(GoesByTheEdge(classes), val) == (1.0, pytest.approx(1.0))


def test_wrong_labels_show_where_a_model_is_surest():
    images = datasets.load("digits")[:500]
    probabilities = torch.full((500, 10), 0.01)
    probabilities[torch.arange(500), images.labels] = 0.91
    assert error_of_the_surest(Report(images, probabilities, "knows all")) == 0
    noisy = replace(images, labels=torch.where(torch.arange(500) % 4 == 0, (images.labels + 1) % 10, images.labels))
    assert error_of_the_surest(Report(noisy, probabilities, "knows all")) == pytest.approx(0.25, abs=0.05)


def test_two_halves_of_one_set_are_not_told_apart_and_a_darker_one_is(digits):
    assert told_apart(digits.val, digits.test) == pytest.approx(0.5, abs=0.1)
    darker = replace(digits.test, images=digits.test.images // 2)
    assert told_apart(digits.val, darker) > 0.9
    assert np.isnan(told_apart(digits.val[:3], digits.test))  # too few to tell


def test_a_framed_image_has_its_own_middle_and_the_edge_of_another_class(critters):
    framed, donors = frames.swapped(critters.val)
    assert (donors != framed.labels).all() and len(framed) > 0.9 * len(critters.val)
    where = critters.val.facts["id"].tolist()
    own = critters.val.images[[where.index(name) for name in framed.facts["id"]]]
    assert torch.equal(framed.images[..., 5:-5, 5:-5], own[..., 5:-5, 5:-5])
    edges = {
        image[:, 0].numpy().tobytes(): label
        for image, label in zip(critters.val.images, critters.val.labels, strict=True)
    }
    assert [edges[image[:, 0].numpy().tobytes()] for image in framed.images] == donors.tolist()


# Planting


def test_every_fault_can_be_planted():
    assert list(PLANTS) == list(FAULTS)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_planting_is_repeatable_and_leaves_the_split_as_it_was(digits, fault, strength):
    before = [images.fingerprint() for images in digits.parts.values()]
    one, other = (plant(digits, fault, strength, seed=4) for _ in range(2))
    assert [images.fingerprint() for images in digits.parts.values()] == before
    for part, images in one.split.parts.items():
        assert images.fingerprint() == other.split.parts[part].fingerprint()
    assert str(one.settings) == str(other.settings)
    assert one.settings != {"seed": 4} or before != [images.fingerprint() for images in one.split.parts.values()]


def test_planted_label_noise_has_the_share_that_was_asked_for(digits):
    noisy = plant(digits, "label noise", 0.5).split
    for part, images in noisy.parts.items():
        changed = (images.labels != digits.parts[part].labels).float().mean()
        assert float(changed) == pytest.approx(0.2, abs=0.07), part


@pytest.mark.parametrize("seed", range(4))
def test_a_planted_leak_is_one_that_the_audit_finds(critters, seed):
    assert max(leaks(splits.audit(critters))) == 0
    assert max(leaks(splits.audit(plant(critters, "leakage", 0.5, seed).split))) > 0.1


def test_a_domain_shift_changes_test_alone(digits):
    shifted = plant(digits, "domain shift").split
    assert shifted.train is digits.train and shifted.val is digits.val
    assert shifted.test.fingerprint() != digits.test.fingerprint()


def test_what_cannot_be_planted_is_refused(digits, critters):
    with pytest.raises(ValueError, match="did you mean 'leakage'"):
        plant(digits, "leak")
    with pytest.raises(ValueError, match="strength must be over 0 and at most 1; got 2"):
        plant(digits, "leakage", 2)
    many = ImageSet(torch.zeros(60, 1, 16, 16, dtype=torch.uint8), torch.arange(60), tuple(map(str, range(60))))
    with pytest.raises(ValueError, match="60 classes leave no room for a mark"):
        plant(replace(digits, train=many, val=many, test=many), "shortcut")
    with pytest.raises(ValueError, match="no augmentation is known to change the labels of critters"):
        plant(critters, "augmentation changes the label")


# From a training to its faults


def test_a_healthy_training_of_digits_is_left_alone(healthy):
    assert healthy.found == ()
    assert "nothing looks wrong" in repr(healthy) and "nothing looks wrong" in healthy._repr_html_()


@pytest.mark.parametrize(
    "fault", ["label noise", "learning rate too high", "domain shift", "augmentation changes the label"]
)
def test_a_planted_fault_is_named_first_with_its_first_step(digits, fault):
    ill = plant(digits, fault)
    findings = diagnosis.examine(ill.split, *trained(ill.split, **ill.settings))
    assert findings.found[0].fault == fault
    assert findings[fault].confidence > 0.5
    assert FAULTS[fault] in findings._repr_html_()
    assert list(findings.table.fault) == list(FAULTS)


def test_a_report_on_val_is_enough_for_all_but_domain_shift(digits, healthy):
    on_val = evaluation.evaluate(healthy.run.model, digits.val)
    findings = diagnosis.examine(digits, healthy.run, on_val)
    assert [finding.fault for finding in findings.all if finding.found is None] == ["domain shift"]


def test_nouns_that_do_not_belong_together_are_refused(digits, critters, healthy):
    on_train = evaluation.evaluate(healthy.run.model, digits.train)
    with pytest.raises(ValueError, match="neither the test nor the val part"):
        diagnosis.examine(digits, healthy.run, on_train)
    other = evaluation.evaluate(models.build("linear", digits.train), digits.test)
    with pytest.raises(ValueError, match="the report is on answers of another model"):
        diagnosis.examine(digits, healthy.run, other)
    with pytest.raises(ValueError, match="was not trained with"):
        diagnosis.examine(digits, healthy.run, healthy.report, Policy(rotate=1.0))
    trained_on = Run(**vars(healthy.run) | {"best": {k: v + 1 for k, v in healthy.run.best.items()}})
    with pytest.raises(ValueError, match="was trained on since"):
        diagnosis.examine(digits, trained_on, healthy.report)
    smaller = replace(digits, train=digits.train[:100])
    with pytest.raises(ValueError, match="was not trained on"):
        diagnosis.examine(smaller, healthy.run, healthy.report)


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_a_figure_with_alternative_text(healthy, fault):
    if fault == "augmentation changes the label":
        with pytest.raises(ValueError, match="without a policy"):
            plots.finding(healthy, fault)
        return
    ax = plots.finding(healthy, fault)
    assert figures.alt(ax.figure)
    plt.close("all")
