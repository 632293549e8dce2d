"""Calibration: a temperature changes how sure a model is and nothing else; a threshold trades coverage for accuracy."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import calibration
from course_lib.evaluation import Report
from course_lib.imageset import ImageSet
from course_lib.intervals import wilson


def report(probabilities: torch.Tensor, labels: torch.Tensor) -> Report:
    images = torch.zeros(len(labels), 1, 2, 2, dtype=torch.uint8)
    classes = tuple(f"class {i}" for i in range(probabilities.shape[1]))
    return Report(ImageSet(images, labels, classes, name="made"), probabilities.float(), "by hand")


def sure(pairs: list[tuple[float, bool]]) -> Report:
    """Two classes; of each image how sure the model is, and whether it is right."""
    confidence = torch.tensor([c for c, _ in pairs])
    labels = torch.tensor([0 if right else 1 for _, right in pairs])
    return report(torch.stack([confidence, 1 - confidence], 1), labels)


def drawn(seed: int, images: int = 60, classes: int = 3, sharp: float = 2.0) -> Report:
    """Random logits, and labels drawn from what they say: calibrated, up to chance."""
    generator = torch.Generator().manual_seed(seed)
    probabilities = (sharp * torch.randn(images, classes, generator=generator, dtype=torch.float64)).softmax(1)
    return report(probabilities, probabilities.multinomial(1, generator=generator).flatten())


def nll(judged: Report) -> float:
    tiny = torch.finfo(torch.float32).tiny
    true = judged.probabilities.double().gather(1, judged.images.labels[:, None])
    return float(-true.clamp_min(tiny).log().mean())


seeds, temperatures = st.integers(0, 10_000), st.floats(0.05, 20)


@given(seeds, temperatures)
def test_scaling_keeps_every_prediction_and_every_label(seed, temperature):
    before = drawn(seed)
    after = calibration.scale(before, temperature)
    assert torch.equal(after.predicted, before.predicted)
    assert torch.equal(after.images.labels, before.images.labels)
    assert torch.allclose(after.probabilities.sum(1), torch.ones(len(before.images)))


@given(seeds)
def test_a_temperature_of_1_keeps_the_probabilities(seed):
    before = drawn(seed)
    assert torch.allclose(calibration.scale(before, 1.0).probabilities, before.probabilities, atol=1e-6)


@given(seeds, st.floats(1.01, 10))
def test_hotter_is_less_sure(seed, temperature):
    before = drawn(seed)
    assert bool((calibration.scale(before, temperature).confidence <= before.confidence + 1e-6).all())


@given(seeds, st.floats(0.3, 3))
def test_the_fitted_temperature_follows_a_factor_on_the_logits(seed, factor):
    before = drawn(seed, images=200)
    changed = calibration.scale(before, 1 / factor)  # logits multiplied by the factor
    assert calibration.temperature(changed) == pytest.approx(factor * calibration.temperature(before), rel=1e-3)


def test_the_fitted_temperature_of_calibrated_probabilities_is_1():
    assert calibration.temperature(drawn(0, images=20_000)) == pytest.approx(1, abs=0.03)


@given(seeds, st.floats(0.2, 5))
def test_where_it_was_fitted_the_likelihood_does_not_get_worse_and_no_temperature_near_it_is_better(seed, factor):
    before = calibration.scale(drawn(seed), factor)
    fitted = calibration.temperature(before)
    best = nll(calibration.scale(before, fitted))
    assert best <= nll(before) + 1e-6
    for other in (fitted * 0.9, fitted * 1.1):
        if calibration.COLDEST <= other <= calibration.HOTTEST:
            assert best <= nll(calibration.scale(before, other)) + 1e-6


def test_probabilities_of_0_and_reports_without_a_mistake_give_a_number_within_the_bounds():
    labels = torch.tensor([0, 1, 0, 1])
    right = torch.eye(2)[labels]
    assert calibration.temperature(report(right * 0.4 + 0.3, labels)) == pytest.approx(calibration.COLDEST)
    assert calibration.COLDEST <= calibration.temperature(report(right, labels)) <= calibration.HOTTEST
    assert calibration.temperature(report(right, 1 - labels)) == pytest.approx(calibration.HOTTEST)
    assert torch.isfinite(calibration.scale(report(right, labels), 3.0).probabilities).all()


@pytest.mark.parametrize("temperature", [0, -1, float("nan"), float("inf")])
def test_a_temperature_that_cannot_be_is_refused(temperature):
    with pytest.raises(ValueError, match="a temperature is a number over 0"):
        calibration.scale(drawn(0), temperature)


def test_reliability_is_what_one_counts_by_hand():
    table = calibration.reliability(sure([(0.55, True), (0.65, False), (0.69, True), (1.0, True)]), bins=10)
    assert table.low.tolist() == pytest.approx([0.5, 0.6, 0.9])
    assert table.high.tolist() == pytest.approx([0.6, 0.7, 1.0])
    assert table.images.tolist() == [1, 2, 1]
    assert table.confidence.tolist() == pytest.approx([0.55, 0.67, 1.0])
    assert table.accuracy.tolist() == [1, 0.5, 1]
    assert (table.accuracy_low[1], table.accuracy_high[1]) == wilson(1, 2)
    with pytest.raises(ValueError, match="bins must be at least 1"):
        calibration.reliability(drawn(0), bins=0)


@given(seeds)
def test_the_gaps_of_the_reliability_diagram_add_up_to_the_calibration_error(seed):
    judged = drawn(seed)
    table = calibration.reliability(judged, bins=15)
    gaps = (table.images * (table.confidence - table.accuracy).abs()).sum() / table.images.sum()
    assert table.images.sum() == len(judged.images)
    assert gaps == pytest.approx(judged.calibration_error, abs=1e-5)


ROWS = st.lists(st.tuples(st.sampled_from([0.5, 0.6, 0.75, 0.9, 0.99]), st.booleans()), min_size=1, max_size=30)


@given(ROWS)
def test_each_row_of_the_coverage_is_a_count_of_those_at_least_as_sure(rows):
    judged = sure(rows)
    table = calibration.coverage(judged)
    assert (table.threshold[0], table.coverage[0]) == (0, 1)
    assert table.accuracy[0] == pytest.approx(judged.accuracy)
    assert table.threshold.is_monotonic_increasing and table.coverage.is_monotonic_decreasing
    assert len(table) == judged.confidence.unique().numel()  # equals are answered together
    for row in table.itertuples():
        answered = calibration.answered(judged, row.threshold)
        assert len(answered.images) / len(judged.images) == pytest.approx(row.coverage)
        assert answered.accuracy == pytest.approx(row.accuracy)
        assert answered.interval == pytest.approx((row.low, row.high))


@given(ROWS, st.floats(0.3, 1))
def test_the_threshold_is_the_lowest_that_reaches_the_accuracy(rows, accuracy):
    judged = sure(rows)
    table = calibration.coverage(judged)
    reached = table.threshold[table.accuracy >= accuracy]
    if len(reached):
        lowest = calibration.threshold(judged, accuracy)
        assert lowest == reached.min()
        assert calibration.answered(judged, lowest).accuracy >= accuracy - 1e-9
    else:
        with pytest.raises(ValueError, match=f"{table.accuracy.max():.1%} is the most"):
            calibration.threshold(judged, accuracy)


def test_an_accuracy_and_a_threshold_that_cannot_be_are_refused():
    for accuracy in (0, 1.2, 95):
        with pytest.raises(ValueError, match="accuracy is a share"):
            calibration.threshold(drawn(0), accuracy)
    with pytest.raises(ValueError, match="no image is as sure as"):
        calibration.answered(sure([(0.6, True)]), 0.7)
