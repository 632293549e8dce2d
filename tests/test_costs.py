"""costs: exact counts, times that are taken in turns, memory that follows the tensors, and the best within a budget."""

import pytest
import torch
from torch import nn

from course_lib import costs, models
from course_lib.costs import _Alive, best_within, describe
from course_lib.imageset import ImageSet


def images(shape=(3, 16, 16), n: int = 4) -> ImageSet:
    pixels = torch.randint(0, 256, (n, *shape), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return ImageSet(pixels, torch.arange(n) % 2, ("cat", "dog"))


@pytest.fixture(scope="module")
def three() -> costs.Costs:
    named = {name: models.build(name, images()) for name in ("linear", "small_cnn", "resnet")}
    return describe(named, accuracy={"linear": 0.6, "small_cnn": 0.9, "resnet": 0.8}, rounds=2)


def test_parameters_and_flops_are_those_of_the_formula(three):
    pixels = 3 * 16 * 16
    assert three.table.parameters["linear"] == 2 * pixels + 2
    assert three.table.flops["linear"] == 2 * 2 * pixels  # a multiplication and an addition per weight
    convolutions = 3 * 16 * 256 + 16 * 32 * 64 + 32 * 64 * 64  # in × out × places; 16×16, then halved once to 8×8
    assert three.table.flops["small_cnn"] == 2 * (9 * convolutions + 2 * 64)


def test_a_frozen_model_costs_what_it_holds(three):
    model = models.build("small_cnn", images()).freeze()
    assert describe(model, rounds=1).table.parameters["small_cnn"] == three.table.parameters["small_cnn"]


def test_times_and_memory_are_measured_and_64_images_take_longer_than_1(three):
    table = three.table
    assert (table.ms_1 > 0).all()
    assert table.ms_64["resnet"] > table.ms_1["resnet"]
    assert (table.memory > 2 * 4 * table.parameters).all()  # weights and gradients, 4 bytes each


def test_memory_counts_what_is_alive_at_once_and_shared_storage_once():
    start = torch.zeros(1000)  # 4 kB
    with _Alive([start]) as alive:
        kept = start + 1
        view = kept[:10]
        for _ in range(5):
            passing = kept * 2
            del passing
    assert alive.start == 4000
    assert alive.peak == 12_000
    assert alive.now == 8000 and view.shape == (10,)


def test_training_memory_grows_with_what_backward_needs():
    shallow, deep = (models.build(f"resnet:{depth}", images()) for depth in (8, 20))
    table = describe({"shallow": shallow, "deep": deep}, rounds=1).table
    assert table.memory["deep"] > 1.5 * table.memory["shallow"]


def test_models_are_left_as_they_were():
    model = models.build("small_cnn", images()).train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    describe(model, rounds=1)
    assert model.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(weight.grad is None for weight in model.parameters())


def test_models_take_turns(monkeypatch):
    order = []

    class Noting(nn.Module):
        name, shape, classes = "noting", (1, 8, 8), ("a", "b")

        def __init__(self, called: str) -> None:
            super().__init__()
            self.called, self.layer = called, nn.Linear(64, 2)
            self.register_buffer("mean", torch.zeros(1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            order.append((self.called, len(x)))
            return self.layer(x.flatten(1).float())

    describe({"a": Noting("a"), "b": Noting("b")}, rounds=3)
    alone = [called for called, n in order if n == 64]
    assert alone == ["a", "b"] * 5


def test_the_best_within_a_budget_is_the_most_accurate_that_keeps_it(three):
    table = three.table
    assert list(best_within(three).table.index) == ["small_cnn", "resnet", "linear"]
    assert list(best_within(three, parameters=5000).table.index) == ["linear"]
    fast = best_within(three, milliseconds=table.ms_1["small_cnn"]).table
    assert (fast.ms_1 <= table.ms_1["small_cnn"]).all() and fast.accuracy.is_monotonic_decreasing


def test_a_budget_that_nothing_keeps_names_the_smallest_and_the_fastest(three):
    with pytest.raises(
        ValueError, match=r"within 100 parameters and 1 ms: the smallest, 'linear', has 1,538 and .* ms"
    ):
        best_within(three, parameters=100, milliseconds=1)
    with pytest.raises(ValueError, match="needs the accuracy of every model"):
        best_within(describe(models.build("linear", images()), rounds=1))
    with pytest.raises(ValueError, match="no model 'vgg' for its accuracy, only linear"):
        describe(models.build("linear", images()), accuracy={"vgg": 0.5})
    with pytest.raises(ValueError, match="of different devices do not compare; got a on cpu, b on meta: move all"):
        describe({"a": models.build("linear", images()), "b": models.build("linear", images()).to("meta")})
    with pytest.raises(ValueError, match="need a model and a round; got 0 models and 9 rounds"):
        describe({})


def test_the_page_marks_what_another_machine_would_measure_and_only_that(three):
    page = three._repr_html_()
    assert page.count('<td class="measured">') == 3 * 4  # accuracy, two times, memory
    assert "<td>1,538</td>" in page
    assert "<td>" not in best_within(three)._repr_html_()  # who comes first was measured too
    assert repr(three) == "Costs(linear, small_cnn, resnet on cpu)"


def test_models_describe_is_the_same_function():
    assert models.describe is describe
