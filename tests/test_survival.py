"""Survival: whose label survives which change, and which class turns into which."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from course_lib import augment, datasets, models, splits, training
from course_lib.imageset import ImageSet
from course_lib.models import Classifier
from course_lib.survival import CHANGES, RISKY, SAFE, _exchanged, full_size


def fitted(images: ImageSet, network: str, seed: int = 0, by: str = "class", **options) -> tuple[Classifier, ImageSet]:
    split = splits.make(images, val=0.2, test=0.3, seed=seed, by=by)
    model = models.build(network, split.train, seed=seed)
    training.fit(model, split.train, split.val, seed=seed, **options)
    return model, split.test


@pytest.fixture(scope="module")
def digits() -> tuple[Classifier, ImageSet]:
    return fitted(datasets.load("digits"), "small_cnn", epochs=8)


@pytest.fixture(scope="module")
def measured(digits) -> augment.Survival:
    return augment.survival(*digits)


class Sides(nn.Module):
    """Says for each image how bright its left and its right half are, [N, 2]."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = x.shape[3] // 2
        return torch.stack([x[..., :half].mean((1, 2, 3)), x[..., half:].mean((1, 2, 3))], 1)


@pytest.fixture(scope="module")
def sides() -> tuple[Classifier, ImageSet]:
    """Images that are bright on the left or on the right, and a model that knows it."""
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 60, (60, 1, 8, 8), generator=generator).to(torch.uint8)
    labels = torch.arange(60) % 2
    images[labels == 0, :, :, :4] += 190
    images[labels == 1, :, :, 4:] += 190
    head = nn.Linear(2, 2, bias=False)
    head.weight.data = torch.eye(2) / 20
    model = Classifier("sides", Sides(), head, classes=("left", "right"), shape=(1, 8, 8))
    return model, ImageSet(images, labels, ("left", "right"), name="sides")


def test_a_mirror_turns_left_into_right_and_turning_upside_down_does_not(sides):
    found = augment.survival(*sides, operations=["hflip", "vflip", "rotate"], strengths=[0.05, 1])
    assert found.verdict("hflip") == "changes the label: left↔right"
    assert found.at("hflip").share == 0 and found.at("hflip").images == 60
    assert found.verdict("vflip") == SAFE and found.at("vflip").share == 1
    assert found.verdict("rotate", 1) == "changes the label: left↔right"
    assert found.verdict("rotate", 0.05) == SAFE
    pairs = found.pairs("hflip")
    assert pairs[["true", "taken_for", "images", "of", "share"]].values.tolist() == [
        ["left", "right", 30, 30, 1.0],
        ["right", "left", 30, 30, 1.0],
    ]
    assert pairs.exchange.all() and (pairs.low < pairs.share).all() and (pairs.confidence > 0.9).all()


def test_on_digits_a_half_turn_exchanges_6_and_9(measured):
    assert measured.verdict("rotate", 1) == "changes the label: 6↔9"
    first = measured.pairs("rotate").iloc[:2]
    assert {(row.true, row.taken_for) for row in first.itertuples()} == {("6", "9"), ("9", "6")}


def test_on_digits_what_is_hardly_seen_is_safe_and_what_destroys_the_image_is_risky(measured):
    for operation in ("brightness", "noise", "blur", "cutout"):
        assert measured.verdict(operation, 0.1) == SAFE
    for operation in ("shift", "crop_resize", "cutout"):
        assert measured.verdict(operation, 1) == RISKY


def test_a_label_survives_less_the_stronger_the_change(measured):
    for operation in ("shift", "crop_resize", "scale", "noise", "cutout"):
        shares = measured.table[measured.table.operation == operation].share
        assert (shares.diff().dropna() < 0.03).all(), operation


def test_on_critters_the_mirror_is_safe():
    model, images = fitted(datasets.load("critters", n=500, size=32, seed=1), "small_cnn", by="group", epochs=12)
    found = augment.survival(model, images, operations=["hflip"])
    assert found.verdict("hflip") == SAFE


def test_on_traffic_signs_the_mirror_exchanges_left_and_right(shared_data):
    folder = shared_data / "gtsrb" / "gtsrb" / "GTSRB" / "Training"
    numbers = {33: "turn right", 34: "turn left", 36: "ahead or right", 37: "ahead or left"}
    numbers |= {38: "keep right", 39: "keep left"}
    files = [(path, name) for number, name in numbers.items() for path in sorted(folder.glob(f"{number:05d}/*.ppm"))]
    if not files:
        pytest.skip(f"no traffic signs in {folder}")
    pixels = np.stack([np.asarray(Image.open(path).convert("RGB").resize((24, 24))) for path, _ in files])
    classes = tuple(numbers.values())
    labels = torch.tensor([classes.index(name) for _, name in files])
    signs = ImageSet(torch.from_numpy(pixels).permute(0, 3, 1, 2).contiguous(), labels, classes, name="signs")
    # without it the network knows each of the few streets by its light and its trees, and need not read the arrow
    light = augment.Policy(scale=0.3, shift=0.08, rotate=0.04, brightness=0.5, contrast=0.5, saturation=0.5)
    split = splits.make(signs, val=0.1, test=0.1)
    model = models.build("vgg", split.train)
    training.fit(model, split.train, split.val, epochs=60, lr=0.005, patience=60, policy=light)
    found = augment.survival(model, signs, operations=["hflip", "brightness"], strengths=[0.1])
    assert found.at("hflip").verdict == CHANGES
    for pair in ("turn right↔turn left", "ahead or right↔ahead or left", "keep right↔keep left"):
        assert pair in found.at("hflip").exchanges
    assert found.verdict("brightness", 0.1) == SAFE


@pytest.mark.parametrize(
    ("share", "exchanged"),
    [
        ([[0.1, 0.9, 0.0], [0.8, 0.2, 0.0], [0.0, 0.0, 1.0]], [(0, 1)]),
        ([[0.1, 0.9, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], []),  # one way only
        ([[0.1, 0.9, 0.0], [0.1, 0.9, 0.0], [0.0, 0.9, 0.1]], []),  # everything goes to one class
        ([[0.5, 0.5, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]], []),  # it cannot tell one from the other
    ],
)
def test_two_classes_change_places_only_if_each_goes_to_the_other(share, exchanged):
    images = (torch.tensor(share) * 100).round().long()
    sure = torch.ones(3)
    found = _exchanged(images, images.sum(1, keepdim=True), torch.full((3, 3), 0.8), sure)
    assert found.triu().nonzero().tolist() == [list(pair) for pair in exchanged]
    unsure = _exchanged(images, images.sum(1, keepdim=True), torch.full((3, 3), 0.2), sure)
    assert not unsure.any()


def test_the_table_is_tidy_and_its_numbers_fit_together(measured):
    table = measured.table
    assert not table.duplicated(["operation", "strength"]).any()
    assert (table.images == measured.right).all()
    assert np.allclose(table.share, table.survived / table.images)
    assert ((table.low <= table.share) & (table.share <= table.high)).all()
    assert set(table.verdict) <= {SAFE, RISKY, CHANGES}
    assert ((table.exchanges != "") == (table.verdict == CHANGES)).all()
    lost = measured.moves.groupby(["operation", "strength"]).images.sum()
    for row in table.itertuples():
        assert lost.get((row.operation, row.strength), 0) == row.images - row.survived


def test_the_same_seed_gives_the_same_and_the_model_keeps_its_mode(digits):
    model, images = digits
    model.train()
    first, second = (augment.survival(model, images[:80], operations=["rotate", "noise"], seed=5) for _ in range(2))
    assert first.table.equals(second.table) and first.moves.equals(second.moves)
    assert model.training
    model.eval()


def test_full_size_goes_as_far_as_the_strength_says_in_either_direction():
    image = torch.zeros(64, 1, 9, 9, dtype=torch.uint8)
    image[:, :, 4, 4] = 255
    moved = full_size(image, "shift", 0.34, torch.Generator().manual_seed(0))
    places = {tuple(place) for place in moved[:, 0].nonzero()[:, 1:].tolist()}
    assert places == {(1, 1), (1, 7), (7, 1), (7, 7)}
    assert torch.equal(full_size(image, "hflip", 0, torch.Generator()), image)


def test_it_shows_itself_with_its_measured_cells_marked(measured):
    assert repr(measured).startswith("Survival(small_cnn on ") and "rotate 1: 6↔9" in repr(measured)
    html = measured._repr_html_()
    assert html.count("<tr>") == 1 + measured.table.operation.nunique()
    assert html.count('class="measured"') == 1 + len(measured.table)
    assert "6↔9" in html


def test_bad_input_is_refused_in_one_sentence(digits, measured):
    model, images = digits
    for wrong, said in (
        ({"operations": ["rotation"]}, "did you mean 'rotate'"),
        ({"operations": ["mixup"]}, "mixup mixes two labels"),
        ({"operations": []}, "at least one operation"),
        ({"strengths": [1.5]}, "must lie in 0…1; got 1.5"),
        ({"strengths": [float("nan")]}, "must lie in 0…1; got nan"),
        ({"images": images[:0]}, "needs images; got an empty ImageSet"),
        ({"images": ImageSet(images.images, images.labels * 0, ("a",))}, "measure on the set it was trained for"),
        ({"images": ImageSet(images.images, (images.labels + 1) % 10, images.classes)[:20]}, "got none: train"),
    ):
        with pytest.raises(ValueError, match=said):
            augment.survival(**({"model": model, "images": images} | wrong))
    few = augment.survival(model, images[:50], operations=["hflip"])
    with pytest.raises(ValueError, match="rotate was not measured here, only hflip"):
        few.at("rotate")
