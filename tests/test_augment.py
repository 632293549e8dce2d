"""Policy: the order you write, each image its own changes, strength 0 nothing; fit can use it on any device."""

import copy
import pickle
from dataclasses import FrozenInstanceError

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib import augment, datasets, models, splits, training
from course_lib.augment import OPERATIONS, Policy

CRITTERS = datasets.load("critters", n=9, size=24, seed=1)
DIGITS = datasets.load("digits")[:8]
UNMIXED = [name for name, operation in OPERATIONS.items() if not operation.mixes]
EVERYTHING = Policy(**dict.fromkeys(OPERATIONS, 0.4), name="everything")
strengths = st.dictionaries(st.sampled_from(UNMIXED), st.floats(0, 1), max_size=5)
few = settings(max_examples=25)


def applied(policy: Policy, images, seed: int = 0) -> torch.Tensor:
    drawn = policy.draw(len(images), torch.Generator().manual_seed(seed))
    targets = torch.eye(len(images.classes))[images.labels]
    return policy.apply(images.images, targets, drawn)[0]


@pytest.mark.parametrize("images", [CRITTERS, DIGITS], ids=["RGB", "grey"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_strength_0_changes_nothing_and_strength_1_changes_something(name, images):
    assert torch.equal(applied(Policy(**{name: 0}), images), images.images)
    after = applied(Policy(**{name: 1}), images, seed=3)
    assert after.dtype == torch.uint8 and after.shape == images.images.shape
    colourless = images is DIGITS and name in ("saturation", "hue", "grayscale")
    assert torch.equal(after, images.images) == colourless


@pytest.mark.parametrize("name", UNMIXED)
def test_also_the_operation_itself_is_the_identity_at_strength_0(name):
    operation = OPERATIONS[name]
    for images in (CRITTERS.images, DIGITS.images):
        drawn = torch.rand(len(images), operation.columns) * 2 - 1
        assert torch.equal(operation.change(images, drawn, 0.0), images)


@given(strengths, st.integers(0, 99))
@few
def test_the_same_numbers_give_the_same_images_and_leave_the_given_ones_alone(steps, seed):
    policy, before = Policy(**steps), CRITTERS.images.clone()
    first, second = applied(policy, CRITTERS, seed), applied(policy, CRITTERS, seed)
    assert torch.equal(first, second)
    assert torch.equal(CRITTERS.images, before)


@given(strengths, st.integers(0, 99))
@few
def test_what_happens_to_an_image_does_not_depend_on_its_neighbours(steps, seed):
    policy = Policy(**steps)
    drawn = policy.draw(len(CRITTERS), torch.Generator().manual_seed(seed))
    whole, _ = policy.apply(CRITTERS.images, CRITTERS.labels, drawn)
    part, targets = policy.apply(CRITTERS.images[2:5], CRITTERS.labels[2:5], drawn[2:5])
    assert (whole[2:5].int() - part.int()).abs().float().mean() < 0.1
    assert targets.tolist() == CRITTERS.labels[2:5].tolist()


def test_every_image_gets_its_own_change():
    one = CRITTERS[[0] * 6]
    for name in UNMIXED:
        if not OPERATIONS[name].switch:
            after = applied(Policy(**{name: 0.8}), one, seed=1)
            assert len({tuple(image.flatten().tolist()) for image in after}) == 6, name


def test_the_strength_of_a_switch_is_the_share_of_images():
    many = CRITTERS[[0] * 400]
    after = applied(Policy(hflip=0.3), many)
    share = (after != many.images).flatten(1).any(1).float().mean()
    assert 0.2 < share < 0.4


def test_the_steps_are_done_in_the_order_of_the_keywords():
    drawn = torch.tensor([[-1.0, 1.0, 0.0]])  # mirrored, then a quarter of the side to the right
    image = torch.arange(8, dtype=torch.uint8).expand(1, 1, 8, 8)
    assert Policy(hflip=1, shift=0.25).apply(image, None, drawn)[0][0, 0, 0].tolist()[2:] == [7, 6, 5, 4, 3, 2]
    drawn = torch.tensor([[1.0, 0.0, -1.0]])
    assert Policy(shift=0.25, hflip=1).apply(image, None, drawn)[0][0, 0, 0].tolist()[:6] == [5, 4, 3, 2, 1, 0]


def test_neighbouring_geometric_steps_are_sampled_once_and_lose_less_than_one_by_one():
    there_and_back = torch.tensor([[0.3, -0.3]] * len(CRITTERS))
    inner = (slice(None), slice(None), slice(8, 16), slice(8, 16))
    policy = Policy(rotate=0.5, name="turn")
    merged = Policy(rotate=0.5)
    object.__setattr__(merged, "steps", (("rotate", 0.5), ("rotate", 0.5)))
    once, _ = merged.apply(CRITTERS.images, None, there_and_back)
    first, _ = policy.apply(CRITTERS.images, None, there_and_back[:, :1])
    twice, _ = policy.apply(first, None, there_and_back[:, 1:])
    assert torch.equal(once[inner], CRITTERS.images[inner])
    assert not torch.equal(twice[inner], CRITTERS.images[inner])


@pytest.mark.parametrize("step", ["mixup", "cutmix"])
def test_mixing_gives_shares_that_sum_to_1_and_belong_to_the_two_images(step):
    policy = Policy(hflip=0.5, **{step: 1})
    assert policy.mixes and not Policy(hflip=0.5, **{step: 0}).mixes
    targets = torch.eye(9)
    _, mixed = policy.apply(CRITTERS.images, targets, policy.draw(9, torch.Generator().manual_seed(0)))
    assert torch.allclose(mixed.sum(1), torch.ones(9))
    own, partner = mixed.diagonal(), mixed[torch.arange(9), (torch.arange(9) - 1) % 9]
    assert torch.allclose(own + partner, torch.ones(9))
    assert (own >= 0.5).all() and own.std() > 0.01


def test_no_step_looks_at_a_number_on_the_device():
    """On the meta device tensors hold no numbers: whatever has to read one, as `.item()` does, raises."""
    images = torch.empty(4, 3, 16, 16, dtype=torch.uint8, device="meta")
    without_noise = Policy(**{name: 0.5 for name in OPERATIONS if name != "noise"})  # its numbers come from the CPU
    drawn = without_noise.draw(4).to("meta")
    changed, targets = without_noise.apply(images, torch.empty(4, 3, device="meta"), drawn)
    assert changed.shape == images.shape and targets.shape == (4, 3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_on_a_gpu_the_images_stay_there_and_come_out_the_same():
    drawn, targets = EVERYTHING.draw(9, torch.Generator().manual_seed(0)), torch.eye(9)
    here, _ = EVERYTHING.apply(CRITTERS.images, targets, drawn)
    there, _ = EVERYTHING.apply(CRITTERS.images.cuda(), targets.cuda(), drawn.cuda())
    assert there.is_cuda
    assert (here.int() - there.cpu().int()).abs().float().mean() < 0.5


def test_images_in_channels_last_memory_come_out_the_same():
    drawn, targets = EVERYTHING.draw(9, torch.Generator().manual_seed(0)), torch.eye(9)
    turned = CRITTERS.images.contiguous(memory_format=torch.channels_last)
    here, there = (EVERYTHING.apply(images, targets, drawn)[0] for images in (CRITTERS.images, turned))
    assert (here.int() - there.int()).abs().max() <= 1


def test_drawn_numbers_lie_in_minus_1_to_1_and_follow_the_generator():
    policy = Policy(shift=0.2, hflip=0.5, cutmix=0.3)
    drawn = policy.draw(500, torch.Generator().manual_seed(2))
    assert drawn.shape == (500, 6) and drawn.dtype == torch.float32
    assert drawn.min() >= -1 and drawn.max() < 1 and abs(float(drawn.mean())) < 0.1
    assert torch.equal(drawn, policy.draw(500, torch.Generator().manual_seed(2)))
    assert Policy().draw(5).shape == (5, 0)


def test_calling_it_shows_one_version_of_each_image():
    policy = Policy(hflip=0.5, shift=0.1, brightness=0.2, contrast=0.2, name="light")
    changed = policy(CRITTERS, seed=4)
    assert changed.classes == CRITTERS.classes and torch.equal(changed.labels, CRITTERS.labels)
    assert torch.equal(policy(CRITTERS.images, seed=4), changed.images)
    assert not torch.equal(policy(CRITTERS.images, seed=5), changed.images)


def test_a_policy_is_a_value():
    policy = Policy(hflip=0.5, shift=0.3, name="light")
    assert repr(policy) == "Policy(hflip=0.5, shift=0.3, name='light')"
    assert policy == eval(repr(policy)) != Policy(shift=0.3, hflip=0.5, name="light")
    assert pickle.loads(pickle.dumps(policy)) == copy.deepcopy(policy) == policy
    assert len({policy, Policy(hflip=0.5, shift=0.3, name="light")}) == 1
    with pytest.raises(FrozenInstanceError):
        policy.name = "other"


def test_its_table_says_what_the_strengths_mean_and_escapes_its_name():
    html = Policy(rotate=0.1, name="<b>")._repr_html_()
    assert "by up to ±180 degrees" in html and "0.1" in html and "&lt;b&gt;" in html
    assert "nothing is changed" in Policy(name="none")._repr_html_()


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), float("inf"), "0.3", None, True + 1])
def test_a_strength_outside_0_to_1_is_refused_in_one_sentence(strength):
    with pytest.raises(ValueError, match=r"strength of rotate must lie in 0…1; got .*: 0 does nothing"):
        Policy(rotate=strength)


def test_an_unknown_operation_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"no operation called 'rotation'.*did you mean 'rotate'"):
        Policy(rotation=0.1)


def test_mixing_before_another_step_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match=r"mixing comes last.*got cutmix before others: write it at the end"):
        Policy(cutmix=0.5, hflip=0.5)
    assert Policy(hflip=0.5, mixup=0.2, cutmix=0.5).mixes


@pytest.mark.parametrize("policy", [Policy(hflip=0.5, shift=0.1), Policy(hflip=0.5, mixup=0.5), Policy(name="none")])
def test_fit_takes_it_and_is_repeatable(policy):
    split = splits.make(DIGITS_60, val=0.2, test=0.2)
    weights = []
    for _ in range(2):
        model = models.build("linear", split.train)
        training.fit(model, split.train, split.val, epochs=2, policy=policy)
        weights.append(model.head.weight.detach())
    assert torch.equal(*weights)


DIGITS_60 = datasets.load("digits")[:100]


def test_survival_is_reached_through_augment():
    assert augment.survival is not None and augment.Survival.__name__ == "Survival"
