"""learning_rate: the schedules are what the text says, and the range test measures on a copy."""

import math

import numpy as np
import pytest
import torch

from course_lib import datasets, learning_rate, models


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits")[:300]


def test_the_classic_step_schedule_takes_a_tenth_every_five_epochs():
    rates = learning_rate.rates("step", 1e-3, epochs=15, steps=3)
    assert rates[:15] == pytest.approx(1e-3)
    assert rates[15:30] == pytest.approx(1e-4)
    assert rates[30:] == pytest.approx(1e-5)


def test_a_constant_schedule_stays_and_a_cosine_follows_the_formula():
    assert learning_rate.rates("constant", 0.3, epochs=2) == pytest.approx(0.3)
    cosine = learning_rate.rates("cosine", 0.3, epochs=4, steps=5)
    assert cosine == pytest.approx([0.15 * (1 + math.cos(math.pi * step / 20)) for step in range(20)])


def test_one_cycle_climbs_to_the_rate_and_falls_to_nearly_nothing():
    rates = learning_rate.rates("one_cycle", 0.01, epochs=10, steps=10)
    peak = int(rates.argmax())
    assert rates[peak] == pytest.approx(0.01, rel=1e-3)
    assert 20 <= peak <= 40
    assert (np.diff(rates[: peak + 1]) > 0).all()
    assert (np.diff(rates[peak:]) < 0).all()
    assert rates[-1] < 1e-4


def test_an_unknown_schedule_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"no schedule called 'cosin', only .*: did you mean 'cosine'"):
        learning_rate.rates("cosin", 0.1, epochs=1)


def test_the_range_test_finds_a_rate_that_learns_and_leaves_model_and_random_state_alone(digits):
    model = models.build("small_cnn", digits, dropout=0.1)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.random.get_rng_state()
    test = learning_rate.range_test(model, digits)
    assert 1e-4 < test.suggested < 0.1
    assert test.table.lr.is_monotonic_increasing
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)
    assert learning_rate.range_test(model, digits).table.equals(test.table)


def test_the_range_test_ends_where_the_loss_has_climbed_far_or_is_no_number(digits):
    model = models.build("linear", digits)
    test = learning_rate.range_test(model, digits, highest=1e30)
    assert len(test.table) < 100
    assert np.isfinite(test.table.loss).all()


@pytest.mark.parametrize("options", [{"lowest": 0.0}, {"lowest": 1.0, "highest": 0.1}, {"steps": 9}])
def test_a_range_that_cannot_be_is_refused(digits, options):
    with pytest.raises(ValueError, match="a range test needs images, 0 < lowest < highest and at least 10 steps; got"):
        learning_rate.range_test(models.build("linear", digits), digits, **options)
