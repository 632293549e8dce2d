"""critters: the same facts give the same pixels, and taking one cause away changes nothing else."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import torch

from course_lib.datasets import critters, scenery
from course_lib.datasets.parts import COLOURS, PARTS
from course_lib.datasets.shapes import SHAPES, coverage, grid
from course_lib.datasets.species import SPECIES

# A plain portrait; tests change one fact of it at a time.
PLAIN = {
    "species": "cat", "individual": 7, "photo": 11, "scale": 0.5, "rotation": 0.0, "yaw": 0.0, "shift_x": 0.0,
    "shift_y": 0.1, "light": 1.0, "blur": 0.0, "noise": 0.0, "occlusion": 0.0, "background": "wall",
    "atypical": False,
}  # fmt: skip


def portraits(n: int = 1, **facts: object) -> pd.DataFrame:
    """n plain portraits; each of `facts` is one value for all or a list of n."""
    return pd.DataFrame({**PLAIN, **facts}, index=range(n))


def pixels(facts: pd.DataFrame, size: int = 64) -> torch.Tensor:
    """The photos as float32 in 0…1, so that differences do not wrap."""
    return critters.render(facts, size).float() / 255


def sharpness(images: torch.Tensor) -> torch.Tensor:
    """Mean step from one pixel to its neighbour, per image."""
    return images.diff(dim=-1).abs().mean((1, 2, 3)) + images.diff(dim=-2).abs().mean((1, 2, 3))


def face(facts: pd.DataFrame, size: int = 64, share: float = 1.0) -> torch.Tensor:
    """Which pixels lie within `share` of the radius of each face, bool [N, size·size]."""
    x, y = grid(size)
    centre = torch.tensor(critters.face_box(facts, size).to_numpy())[:, :, None]
    across, down = (x + 1) * size / 2 - centre[:, 0], (y + 1) * size / 2 - centre[:, 1]
    return torch.hypot(across, down) < share * centre[:, 2]


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Chunks this small gain nothing from threads that wait for each other on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def photos():
    return critters.make(n=210, seed=3)


def test_same_seed_same_bytes(photos):
    again = critters.make(n=210, seed=3)
    assert torch.equal(again.images, photos.images)
    assert again.facts.equals(photos.facts)


def test_another_seed_shows_other_individuals(photos):
    other = critters.make(n=210, seed=4)
    assert not set(other.facts["individual"]) & set(photos.facts["individual"])
    assert not torch.equal(other.images, photos.images)


def test_facts_alone_give_the_pixels_back_in_any_order_and_company(photos):
    order = np.random.default_rng(0).permutation(len(photos))
    assert torch.equal(critters.render(photos.facts.iloc[order]), photos.images[torch.from_numpy(order)])
    for i in range(0, 210, 15):
        assert torch.equal(critters.render(photos.facts.iloc[[i]])[0], photos.images[i]), photos.facts.iloc[i]


def test_no_global_random_state_is_touched():
    torch_before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    critters.make(n=6)
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert np.array_equal(np.random.get_state()[1], numpy_before)


def test_labels_groups_and_individuals_agree(photos):
    facts = photos.facts
    assert photos.classes == ("cat", "dog", "panda")
    assert facts["species"].tolist() == photos.label_names
    assert facts["id"].is_unique and facts["photo"].is_unique
    by_group = facts.groupby("group")
    assert (by_group[["species", "individual", "atypical", "source"]].nunique() == 1).all(axis=None)
    assert facts["individual"].nunique() == facts["group"].nunique()
    assert by_group.size().between(6, 8).all()


@pytest.mark.parametrize(("n", "species"), [(100, ("cat", "dog", "panda")), (62, ("owl", "cow", "pig", "fox"))])
def test_classes_are_balanced_within_one(n, species):
    counts = critters.make(n=n, size=16, species=species).counts()
    assert counts.index.tolist() == list(species)
    assert counts.sum() == n and counts.max() - counts.min() <= 1


def test_backgrounds_do_not_go_with_the_class():
    facts = critters.make(n=1200, size=16).facts
    seen = pd.crosstab(facts["species"], facts["background"], normalize="index")
    assert set(seen.columns) == set(scenery.BACKGROUNDS)
    assert (seen - 1 / len(scenery.BACKGROUNDS)).abs().max(axis=None) < 0.06


def test_hard_photos_are_about_a_third_and_most_have_one_cause():
    facts = critters.make(n=1500, seed=1, size=16).facts
    assert 0.28 < critters.is_hard(facts).mean() < 0.36
    assert 0.12 < facts["atypical"].mean() < 0.18
    each = [facts["scale"] < critters.FAR, facts["light"] < critters.DARK, facts["blur"] > critters.BLURRED]
    each += [facts["noise"] > critters.NOISY, facts["occlusion"] > critters.OCCLUDED]
    causes = sum(cause.astype(int) for cause in each)
    assert causes.max() == 2
    assert all(cause.mean() > 0.01 for cause in each)


@pytest.mark.parametrize(
    "cause",
    [{"scale": 0.2}, {"light": 0.2}, {"blur": 0.04}, {"noise": 0.2}, {"occlusion": 0.5}, {"atypical": True}],
)
def test_one_cause_makes_a_plain_photo_hard(cause):
    assert critters.is_hard(portraits(2)).tolist() == [False, False]
    assert critters.is_hard(portraits(2, **cause)).tolist() == [True, True]


def test_an_occluder_covers_about_its_share_of_the_face_and_nothing_far_away():
    facts = portraits(60, photo=list(range(60)), occlusion=[0.3, 0.5, 0.7] * 20)
    changed = (pixels(facts) - pixels(facts.assign(occlusion=0.0))).abs().amax(1).flatten(1) > 0.01
    assert 0.02 < changed.float().mean() < 0.7
    inside = face(facts)
    covered = (changed & inside).sum(1) / inside.sum(1)
    mean = torch.stack([covered[i::3].mean() for i in range(3)])
    assert ((mean - torch.tensor([0.3, 0.5, 0.7])).abs() < 0.12).all(), mean


def test_another_background_leaves_the_face_as_it_was():
    facts = portraits(len(scenery.BACKGROUNDS), background=list(scenery.BACKGROUNDS), species="panda")
    images = critters.render(facts).flatten(2)
    inside = face(facts, share=0.8)[0]
    assert (images[:, :, inside] == images[:1, :, inside]).all()
    corners = {tuple(image) for image in images[:, :, 0].tolist()}
    assert len(corners) == len(scenery.BACKGROUNDS)


def test_a_shift_moves_the_face_and_changes_nothing_in_it():
    facts = portraits(2, shift_x=[-0.125, 0.125])
    left, right = pixels(facts).flatten(2)
    in_left, in_right = face(facts, share=0.8)
    assert (left[:, in_left] - right[:, in_right]).abs().max() < 0.01
    assert (left - right).abs().mean() > 0.05


def test_causes_do_to_the_picture_what_their_names_say():
    plain = pixels(portraits())
    assert sharpness(pixels(portraits(blur=0.04))) < 0.6 * sharpness(plain)
    assert sharpness(pixels(portraits(noise=0.2))) > 2 * sharpness(plain)
    assert torch.allclose(pixels(portraits(light=0.25)), 0.5 * pixels(portraits(light=0.5)), atol=0.01)
    far = face(portraits(scale=0.25)).sum() / face(portraits()).sum()
    assert far == pytest.approx(0.25, abs=0.05)


def test_yaw_and_rotation_turn_the_face_to_the_named_side():
    turned = pixels(portraits(2, yaw=[-0.3, 0.3], species="dog", background="sky"))
    nose = turned.mean(1)[:, 36:44].amin(1)  # the darkest pixel of each column at nose height
    assert nose[0, 20:44].argmin() < nose[1, 20:44].argmin()
    leaning = pixels(portraits(2, rotation=[0.0, 90.0], shift_y=0.0, species="rabbit", background="sky"))
    moved = (leaning[0] - leaning[1]).abs().sum(0)
    assert moved[24:40, 52:].sum() > 10  # ears up turned clockwise are ears to the right


def test_an_individual_looks_more_like_itself_than_like_others():
    each = [3, 14, 15, 92, 65, 35, 89, 79]
    facts = portraits(16, individual=each * 2, species="cat", shift_y=0.0)
    facts["photo"] = range(16)
    facts["yaw"], facts["rotation"] = [-0.05] * 8 + [0.05] * 8, [0.0] * 8 + [4.0] * 8
    crops = pixels(facts)[:, :, 16:48, 16:48].flatten(1)
    nearest = torch.cdist(crops[:8], crops[8:]).argmin(1)
    assert (nearest == torch.arange(8)).sum() >= 7


def test_every_species_differs_from_every_other():
    assert len(SPECIES) >= 14 and list(SPECIES)[:3] == ["cat", "dog", "panda"]
    images = pixels(portraits(len(SPECIES), species=list(SPECIES))).flatten(1)
    apart = torch.cdist(images, images, p=1) / images.shape[1]
    assert apart.fill_diagonal_(1).min() > 0.015


@pytest.mark.parametrize("name", SPECIES)
def test_an_atypical_individual_looks_different_but_keeps_its_surroundings(name):
    facts = portraits(6, species=name, individual=list(range(6)))
    typical, odd = pixels(facts), pixels(facts.assign(atypical=True))
    apart = (typical - odd).abs()
    assert (apart.mean((1, 2, 3)) > 0.001).all()
    assert torch.equal(typical[:, :, 60:, :4], odd[:, :, 60:, :4])


def test_every_word_of_the_vocabulary_is_used_and_known():
    used = {slot: set() for slot in PARTS}
    for row in SPECIES.values():
        for form in (row, *(row._replace(**change) for change in row.odd)):
            for slot in PARTS:
                names = getattr(form, slot)
                used[slot].update((names,) if isinstance(names, str) else names)
    assert used == {slot: set(parts) for slot, parts in PARTS.items()}
    shapes = [shape for parts in PARTS.values() for part in parts.values() for shape in part]
    assert {shape.kind for shape in shapes} <= set(SHAPES)
    assert {shape.colour for shape in shapes} <= {*COLOURS, "coat", "light", "dark", "scarf", "nose", "iris"}


@pytest.mark.parametrize("size", [16, 32, 96, 128])
def test_another_size_shows_the_same_picture(size):
    facts = portraits(3, species=["cat", "owl", "elephant"])
    sized, reference = pixels(facts, size), pixels(facts, 192)
    assert sized.shape == (3, 3, size, size)
    shrunk = torch.nn.functional.interpolate(reference, size=size, mode="area")
    assert (sized - shrunk).abs().mean() < 0.03


@pytest.mark.parametrize(("shape", "area"), [("ellipse", math.pi * 0.15), ("box", 0.6), ("leaf", 0.4274)])
def test_a_shape_covers_its_area(shape, area):
    x, y = grid(200)
    w, h = torch.tensor([[0.3]]), torch.tensor([[0.5]])
    covered = coverage(SHAPES[shape](x, y, w, h), torch.tensor([[0.01]])).sum() * 0.01**2
    assert covered == pytest.approx(area, rel=0.02)


def test_blur_keeps_flat_areas_and_works_row_by_row():
    images = torch.rand(2, 3, 24, 24, generator=torch.Generator().manual_seed(0))
    both = scenery.blurred(images, torch.tensor([0.8, 3.0]))
    assert torch.equal(both[:1], scenery.blurred(images[:1], torch.tensor([0.8])))
    assert sharpness(both)[1] < sharpness(both)[0] < sharpness(images)[0]
    assert torch.allclose(scenery.blurred(torch.ones(1, 3, 8, 8), torch.tensor([2.0])), torch.ones(1, 3, 8, 8))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"species": ("cat", "pandda")}, "pandda.*cat, dog, panda.*did you mean 'panda'"),
        ({"species": ("cat", "dog", "cat")}, "different; got 'cat' more than once"),
        ({"species": ()}, "at least one species; got none"),
        ({"n": 2}, "one photo per species, 3; got 2"),
        ({"size": 15}, "at least 16 pixels.*got 15"),
    ],
)
def test_make_says_what_was_wrong(options, message):
    with pytest.raises(ValueError, match=message):
        critters.make(**options)


def test_render_says_what_was_wrong():
    with pytest.raises(ValueError, match="none called photo, light"):
        critters.render(portraits().drop(columns=["light", "photo"]))
    with pytest.raises(ValueError, match=r"no background called 'gras'.*did you mean 'grass'"):
        critters.render(portraits(background="gras"))
    with pytest.raises(ValueError, match="at least 16 pixels"):
        critters.render(portraits(), size=8)
    assert critters.render(portraits(0)).shape == (0, 3, 64, 64)
