"""Neighbours: the most alike in feature space, as a plain search over all pairs finds them."""

import pytest
import torch
import torch.nn.functional as F

from course_lib import datasets, models, neighbours


@pytest.fixture(scope="module")
def digits():
    return datasets.load("digits")[:400]


@pytest.mark.parametrize("chunk", [3, 1024])
def test_they_are_those_of_a_plain_search(digits, chunk, monkeypatch):
    monkeypatch.setattr(neighbours, "CHUNK", chunk)
    asked, among = digits[:10], digits[10:200]
    model = models.build("small_cnn", among)
    found = neighbours.nearest(model, asked, among, n=4)
    assert found.rows.dtype == torch.int64 and found.rows.shape == (10, 4)
    assert found.similarity.dtype == torch.float32 and found.similarity.shape == (10, 4)
    a, b = models.features(model, asked.images), models.features(model, among.images)
    for i in range(10):
        alike = F.cosine_similarity(a[i : i + 1], b)
        order = alike.argsort(descending=True)[:4]
        assert torch.allclose(found.similarity[i], alike[order], atol=1e-5)
        assert torch.allclose(alike[found.rows[i]], alike[order], atol=1e-5)
    assert torch.equal(found.labels, among.labels[found.rows])


def test_an_image_that_is_in_both_is_its_own_nearest(digits):
    model = models.build("linear", digits)
    found = neighbours.nearest(model, digits[:50], digits, n=1)
    assert found.rows.flatten().tolist() == list(range(50))
    assert torch.allclose(found.similarity, torch.ones(50, 1), atol=1e-5)


def test_neighbours_of_digits_mostly_show_the_same_digit(digits):
    found = neighbours.nearest(models.build("linear", digits), digits[:100], digits[100:], n=3)
    assert (found.labels == digits.labels[:100, None]).float().mean() > 0.8


def test_the_model_keeps_its_mode_and_no_image_asked_is_no_row(digits):
    model = models.build("small_cnn", digits).train()
    assert neighbours.nearest(model, digits[[]], digits, n=2).rows.shape == (0, 2)
    assert model.training


def test_a_number_that_cannot_be_is_refused(digits):
    for n in (0, 401):
        with pytest.raises(ValueError, match="n must be from 1 to the 400 images"):
            neighbours.nearest(models.build("linear", digits), digits[:2], digits, n=n)
