"""Splits: parts are disjoint, cover everything, keep class shares or keep groups whole; the audit finds the leaks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib import datasets, splits
from course_lib.imageset import ImageSet

SHARES = st.sampled_from([0.05, 0.1, 0.15, 0.2, 0.3, 0.4])


def labelled(labels: list[int], groups: list | None = None, seed: int = 0) -> ImageSet:
    n, classes = len(labels), max(labels) + 1
    images = torch.randint(0, 256, (n, 1, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))
    facts = pd.DataFrame({"id": range(n), "group": range(n) if groups is None else groups, "source": "made"})
    return ImageSet(images, torch.tensor(labels), tuple(f"c{i}" for i in range(classes)), facts, name="made")


def parts_of(split: splits.Split) -> list[set[int]]:
    return [set(images.facts["id"]) for images in split.parts.values()]


def assert_disjoint_and_whole(split: splits.Split, images: ImageSet) -> None:
    parts = parts_of(split)
    assert sum(map(len, parts)) == len(images)
    assert set.union(*parts) == set(images.facts["id"])


@given(st.lists(st.integers(21, 90), min_size=1, max_size=5), SHARES, SHARES, st.integers(0, 9))
def test_by_class_parts_are_disjoint_whole_and_each_class_is_within_one_image_of_its_share(sizes, val, test, seed):
    images = labelled([label for label, n in enumerate(sizes) for _ in range(n)])
    split = splits.make(images, val, test, seed)
    assert_disjoint_and_whole(split, images)
    wanted = np.outer(sizes, [1 - val - test, val, test])
    assert np.abs(split.counts().to_numpy() - wanted).max() <= 1 + 1e-9
    assert split.counts().to_numpy().min() >= 1


@given(st.integers(1, 60), SHARES, SHARES)
def test_by_class_a_class_is_cut_within_one_image_or_refused_with_the_number_that_would_do(n, val, test):
    try:
        counts = splits.make(labelled([0] * n), val, test).counts().iloc[0]
    except ValueError as refusal:
        enough = int(str(refusal).split("at least ")[1].split()[0])
        assert n < enough
        splits.make(labelled([0] * enough), val, test)
    else:
        assert np.abs(counts.to_numpy() - n * np.array([1 - val - test, val, test])).max() <= 1 + 1e-9
        assert counts.min() >= 1


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=12), min_size=1, max_size=4), SHARES, st.integers(0, 9)
)
def test_by_group_parts_are_disjoint_whole_never_empty_and_never_share_a_group(classes, share, seed):
    labels, groups = [], []
    for label, sizes in enumerate(classes):
        for number, size in enumerate(sizes):
            labels += [label] * size
            groups += [f"{label}-{number}"] * size
    images = labelled(labels, groups)
    split = splits.make(images, share, share, seed, by="group")
    assert_disjoint_and_whole(split, images)
    assert split.counts().to_numpy().min() >= 1
    group_sets = [set(part.facts["group"]) for part in split.parts.values()]
    assert not (group_sets[0] & group_sets[1] or group_sets[0] & group_sets[2] or group_sets[1] & group_sets[2])


def test_by_group_class_shares_are_as_near_as_whole_groups_allow():
    images = labelled([i // 300 for i in range(900)], [f"g{i // 6}" for i in range(900)])
    counts = splits.make(images, by="group").counts().to_numpy()
    assert np.abs(counts - np.array([210, 45, 45])).max() <= 6


def test_a_group_of_several_classes_stays_whole():
    groups = np.arange(240) % 30
    split = splits.make(labelled([i % 2 for i in range(240)], groups.tolist()), by="group")
    assert splits.audit(split).table.set_index("check").ok["groups on one side"] is True


def test_where_no_groups_are_known_the_audit_says_that_it_could_not_check():
    audit = splits.audit(splits.make(labelled([0, 1] * 40)))
    assert audit.table.set_index("check").ok["groups on one side"] is None
    assert audit.ok
    assert "? groups on one side" in audit._repr_html_()


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=6), min_size=3, max_size=20), st.integers(0, 9))
def test_groups_of_several_classes_stay_whole_and_fill_every_part_or_are_refused_by_name(groups, seed):
    labels = [label for group in groups for label in group]
    names = [f"g{number}" for number, group in enumerate(groups) for _ in group]
    images = labelled(labels, names)
    try:
        split = splits.make(images, seed=seed, by="group")
    except ValueError as refusal:
        assert "class 'c" in str(refusal)
    else:
        assert_disjoint_and_whole(split, images)
        assert split.counts().to_numpy().min() >= 1
        assert splits.audit(split).pairs.kind.ne("group").all()


def test_same_seed_same_split_and_another_seed_another():
    images = labelled([0, 1] * 50)
    assert parts_of(splits.make(images, seed=1)) == parts_of(splits.make(images, seed=1))
    assert parts_of(splits.make(images, seed=1)) != parts_of(splits.make(images, seed=2))


@pytest.mark.parametrize(
    ("images", "options", "says"),
    [
        (labelled([0] * 9), {"val": 0.6, "test": 0.6}, "val and test must .* got 0.6 and 0.6"),
        (labelled([0] * 9), {"val": 0.0}, "val and test must .* got 0.0 and 0.15"),
        (labelled([0] * 9 + [1] * 2), {}, "class 'c1' has 2 images, too few .* collect at least 4"),
        (labelled([0] * 9, list("aaaabbbbb")), {"by": "group"}, "class 'c0' comes from 2 groups, fewer than the 3"),
        (labelled([0] * 9), {"by": "person"}, "by must be 'class' or 'group'; got 'person'"),
    ],
)
def test_an_impossible_cut_is_refused_in_one_sentence(images, options, says):
    with pytest.raises(ValueError, match=says):
        splits.make(images, **options)


@pytest.fixture(scope="module")
def critters() -> ImageSet:
    return datasets.load("critters", n=240, seed=5, size=32)


def found(audit, check: str) -> bool:
    return audit.table.set_index("check").ok[check] is False


def test_the_audit_of_a_split_by_group_is_ok_and_says_so(critters):
    audit = splits.audit(splits.make(critters, by="group"))
    assert audit.ok, audit.words
    assert "trusted" in audit.words


def test_the_audit_names_groups_on_two_sides_with_a_pair_of_each(critters):
    split = splits.make(critters, by="class")
    audit = splits.audit(split)
    assert found(audit, "groups on one side")
    assert not audit.ok
    pairs = audit.pairs[audit.pairs.kind == "group"]
    assert len(pairs)
    for pair in pairs.itertuples():
        left, right = split.parts[pair.left_part], split.parts[pair.right_part]
        assert left.facts["group"][pair.left] == right.facts["group"][pair.right] == pair.group


def test_the_audit_finds_planted_copies(critters):
    split = splits.make(critters, by="group")
    copies = split.train[:8]
    darker = ImageSet((copies.images * 0.9).to(torch.uint8), copies.labels, copies.classes)
    exact, near = (splits.audit(replace(split, test=test)) for test in (copies, darker))
    assert found(exact, "exact copies")
    assert found(near, "near copies")
    assert set(near.pairs.left[near.pairs.right_part == "test"]) >= set(range(8))


def test_the_audit_names_tiny_classes_and_unlike_shares():
    images = labelled([0] * 60 + [1] * 60)
    lopsided = splits.Split(images[:100], images[100:103], images[103:], by="class", seed=0)
    audit = splits.audit(lopsided)
    assert found(audit, "class sizes")
    assert found(audit, "class shares alike")
    assert "'c0' with 0 images in val" in audit.words


@pytest.mark.parametrize("share", [0.01, 0.05, 0.08])
def test_a_class_made_rare_has_its_share_in_every_part_and_the_others_stay(share):
    split = splits.make(datasets.load("digits"), val=0.3, test=0.3)
    thin = splits.thin(split, "8", share)
    for part, images in thin.parts.items():
        before, after = split.parts[part].counts(), images.counts()
        assert after.drop("8").equals(before.drop("8"))
        assert abs(after["8"] - share * len(images)) <= 0.5


@pytest.mark.parametrize(
    ("name", "share", "says"),
    [
        ("9", 0.9, "90% of class '9' would be .* images in train, which has"),
        ("9", 0.0001, "would be 0 images in"),
        ("9", 1.0, "share must be over 0 and below 1; got 1.0"),
        ("nine", 0.1, "no class called 'nine'"),
    ],
)
def test_a_class_cannot_be_made_rare_beyond_what_is_there(name, share, says):
    split = splits.make(datasets.load("digits")[:500])
    with pytest.raises(ValueError, match=says):
        splits.thin(split, name, share)
