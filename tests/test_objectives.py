"""objectives: what weighted, resampled and focal losses add up to, against their formulas."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from course_lib import objectives


def batch(seed: int, n: int = 40, classes: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.cat([torch.arange(classes), torch.randint(classes, (n - classes,), generator=generator)])
    return torch.randn(n, classes, generator=generator) * 3, labels


@given(st.integers(0, 1000))
def test_class_weights_give_every_class_the_same_say_and_leave_the_mean_at_one(seed):
    _, labels = batch(seed)
    weights = objectives.class_weights(labels, 3)
    says = [weights[label] * (labels == label).sum() for label in range(3)]
    assert torch.allclose(torch.stack(says), says[0])
    assert float(weights[labels].mean()) == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("balance", ["none", "weighted", "focal"])
@pytest.mark.parametrize("rare", [500, 50, 10])
def test_however_rare_the_other_class_smoothing_never_asks_for_the_wrong_label(balance, rare):
    """The best answer for an image of the common class: nearly sure of it, with weights and smoothing at once."""
    labels = torch.tensor([0] * (1000 - rare) + [1] * rare)
    objective = objectives.make(balance, labels, 2, 0.05)
    wrong = torch.linspace(0.001, 0.999, 999)  # probabilities of the rare class
    losses = torch.stack([objective.loss(torch.tensor([[1 - p, p]]).log(), torch.tensor([0])) for p in wrong])
    best = float(wrong[losses.argmin()])
    assert best <= 0.03
    if balance == "weighted":
        assert best == pytest.approx(0.025, abs=0.002)


@given(st.integers(0, 1000), st.floats(0, 0.4))
def test_focal_loss_without_gamma_is_cross_entropy(seed, smoothing):
    logits, labels = batch(seed)
    ours = objectives.FocalLoss(gamma=0, label_smoothing=smoothing)(logits, labels)
    assert float(ours) == pytest.approx(float(F.cross_entropy(logits, labels, label_smoothing=smoothing)), rel=1e-4)


def test_focal_loss_follows_equation_4_and_takes_shares_as_it_takes_labels():
    logits, labels = batch(5)
    p = logits.softmax(1)[torch.arange(len(labels)), labels]
    focal = objectives.FocalLoss(gamma=2)
    assert float(focal(logits, labels)) == pytest.approx(float((-((1 - p) ** 2) * p.log()).mean()), rel=1e-5)
    assert torch.allclose(focal(logits, F.one_hot(labels, 3).float()), focal(logits, labels))


def test_the_surer_the_network_the_less_an_image_counts_in_the_focal_loss():
    sure, unsure = torch.tensor([[4.0, 0.0]]), torch.tensor([[0.1, 0.0]])
    label = torch.tensor([0])
    focal, plain = objectives.FocalLoss(), nn.CrossEntropyLoss()
    assert focal(sure, label) / plain(sure, label) < 0.01 < focal(unsure, label) / plain(unsure, label)


def test_a_weighted_loss_weighs_each_class_by_its_rarity():
    logits, labels = torch.tensor([[2.0, 0.0]] * 20), torch.tensor([0] * 19 + [1])
    objective = objectives.make("weighted", labels, 2, 0.0)
    right, wrong = (F.cross_entropy(logits[:1], torch.tensor([label])) for label in (0, 1))
    assert float(objective.loss(logits, labels)) == pytest.approx(float((right + wrong) / 2), rel=1e-5)
    assert objective.draw is None


def test_sampling_draws_the_classes_equally_often_and_judges_val_by_class():
    labels = torch.tensor([0] * 190 + [1] * 10)
    objective = objectives.make("sampling", labels, 2, 0.0)
    drawn = labels[
        torch.multinomial(objective.draw, 4000, replacement=True, generator=torch.Generator().manual_seed(0))
    ]
    assert 0.46 < drawn.float().mean() < 0.54
    assert isinstance(objective.loss, nn.CrossEntropyLoss)
    assert torch.equal(objective.val_loss.weights, objectives.class_weights(labels, 2))


def test_an_unknown_balance_suggests_the_nearest():
    with pytest.raises(ValueError, match=r"no way to balance classes called 'focl', only .*: did you mean 'focal'"):
        objectives.make("focl", torch.tensor([0, 1]), 2, 0.0)
