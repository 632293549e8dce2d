"""Costs: what a network asks for: parameters, arithmetic, time and memory, side by side for several of them."""

from __future__ import annotations

import copy
import statistics
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

if TYPE_CHECKING:
    import pandas as pd

STEP = 32  # images in the training step whose memory is measured

# column of the table: (its heading, how a cell is written, whether another machine would measure something else)
COLUMNS = {
    "accuracy": ("accuracy", "{:.1%}", True),
    "parameters": ("parameters", "{:,.0f}", False),
    "flops": ("MFLOPs for 1 image", "{:,.1f}", False),
    "ms_1": ("ms for 1 image", "{:.2f}", True),
    "ms_64": ("ms for 64 images", "{:.1f}", True),
    "memory": (f"MB to train on {STEP} images", "{:.1f}", True),
}
SCALE = {"flops": 1e6, "memory": 1e6}


@dataclass(frozen=True, eq=False, repr=False)
class Costs:
    """What each of several models asks for.

    table   DataFrame, a row per model: parameters (all numbers that it holds and learns), flops (multiplications and
            additions of convolutions and linear layers for one image), ms_1 and ms_64 (median milliseconds to
            classify 1 and 64 images), memory (bytes at the worst moment of a training step of 32 images: weights,
            gradients and everything kept for them; the optimizer's own, twice the weights for AdamW, not counted),
            and accuracy (0…1) if it was given
    device  where time and memory were measured
    ranked  whether the order of the rows was measured too, as that of `best_within` is
    """

    table: pd.DataFrame
    device: str
    ranked: bool = False

    def __len__(self) -> int:
        return len(self.table)

    def __repr__(self) -> str:
        return f"Costs({', '.join(self.table.index)} on {self.device})"

    def _repr_html_(self) -> str:
        shown = {name: COLUMNS[name] for name in COLUMNS if name in self.table}
        heads = "".join(f"<th>{heading}</th>" for heading, _, _ in shown.values())
        rows = "".join(
            f"<tr>{_cell(escape(name), self.ranked)}"
            + "".join(
                _cell(written.format(row[column] / SCALE.get(column, 1)), measured or self.ranked)
                for column, (_, written, measured) in shown.items()
            )
            + "</tr>"
            for name, row in self.table.iterrows()
        )
        return f"<div><strong>Costs</strong><table><tr><th>model</th>{heads}</tr>{rows}</table></div>"


def _cell(text: str, measured: bool) -> str:
    return f'<td class="measured">{text}</td>' if measured else f"<td>{text}</td>"


def describe(
    models: nn.Module | Mapping[str, nn.Module], *, accuracy: Mapping[str, float] | None = None, rounds: int = 9
) -> Costs:
    """The Costs of one Classifier or of several by name, each on images of its own shape, on the device it is on.

    The models take turns, `rounds` times after a warm-up, so that a busy moment of the machine hits all of them.
    accuracy  by model name, 0…1: joins the table, for `best_within` and the figure
    The models are left as they were. Raises ValueError for no model, models on different devices, or an accuracy
    whose model is not there.
    """
    import pandas as pd

    named = {models.name: models} if isinstance(models, nn.Module) else dict(models)
    if not named or rounds < 1:
        raise ValueError(f"costs need a model and a round; got {len(named)} models and {rounds} rounds: give one each")
    devices = {name: str(model.mean.device) for name, model in named.items()}
    if len(set(devices.values())) > 1:
        where = ", ".join(f"{name} on {device}" for name, device in devices.items())
        raise ValueError(f"times of different devices do not compare; got {where}: move all to one, model.to('cpu')")
    strange = (accuracy or {}).keys() - named.keys()
    if strange:
        raise ValueError(f"there is no model {min(strange)!r} for its accuracy, only {', '.join(named)}: add it")
    table = pd.DataFrame(
        {
            "parameters": {name: sum(weight.numel() for weight in model.parameters()) for name, model in named.items()},
            "flops": {name: _flops(model) for name, model in named.items()},
            "ms_1": _milliseconds(named, 1, rounds),
            "ms_64": _milliseconds(named, 64, rounds),
            "memory": {name: _training_memory(model) for name, model in named.items()},
        },
        index=pd.Index(named, name="model"),
    )
    if accuracy is not None:
        table["accuracy"] = pd.Series(accuracy).reindex(table.index)
    return Costs(table, next(iter(devices.values())))


def best_within(costs: Costs, *, parameters: float = float("inf"), milliseconds: float = float("inf")) -> Costs:
    """The models of at most so many parameters and milliseconds for one image, the most accurate first.

    Raises ValueError if accuracies are missing, or no model keeps within the budget: it names the
    smallest and the fastest.
    """
    table = costs.table
    if "accuracy" not in table or table.accuracy.isna().any():
        raise ValueError("the best needs the accuracy of every model: hand accuracy={name: …} to describe")
    kept = table[(table.parameters <= parameters) & (table.ms_1 <= milliseconds)]
    if kept.empty:
        small, fast = table.parameters.idxmin(), table.ms_1.idxmin()
        raise ValueError(
            f"no model keeps within {parameters:,.0f} parameters and {milliseconds:g} ms: the smallest, {small!r}, has "
            f"{table.parameters[small]:,.0f} and the fastest, {fast!r}, takes {table.ms_1[fast]:.2f} ms: allow more"
        )
    return replace(costs, table=kept.sort_values("accuracy", ascending=False, kind="stable"), ranked=True)


def _images(model: nn.Module, n: int) -> Tensor:
    """n noisy images uint8 [n, C, H, W] as `model` takes them, on its device."""
    return torch.randint(256, (n, *model.shape), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)).to(
        model.mean.device
    )


@contextmanager
def _answering(*models: nn.Module) -> Iterator[None]:
    """All models in eval mode within the block, then each as it was."""
    modes = [model.training for model in models]
    for model in models:
        model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for model, mode in zip(models, modes, strict=True):
            model.train(mode)


def _flops(model: nn.Module) -> int:
    with _answering(model), FlopCounterMode(display=False) as counter:
        model(_images(model, 1))
    return counter.get_total_flops()


def _milliseconds(models: Mapping[str, nn.Module], n: int, rounds: int) -> dict[str, float]:
    """Median time to classify n images, by model name; they take turns."""
    images = {name: _images(model, n) for name, model in models.items()}
    taken: dict[str, list[float]] = {name: [] for name in models}
    with _answering(*models.values()):
        for turn in range(-2, rounds):  # two turns to warm up
            for name, model in models.items():
                started = time.perf_counter()
                model(images[name]).cpu()  # .cpu() waits until a GPU is done
                if turn >= 0:
                    taken[name].append(1000 * (time.perf_counter() - started))
    return {name: statistics.median(times) for name, times in taken.items()}


def _training_memory(model: nn.Module) -> int:
    """Bytes at the worst moment of forward and backward on STEP images: on CUDA as its allocator counts them,
    elsewhere as the sum of all tensors alive (what an operation needs inside itself is not seen)."""
    twin = copy.deepcopy(model).train()
    images, labels = _images(model, STEP), torch.arange(STEP, device=model.mean.device) % len(model.classes)
    on_cuda = model.mean.device.type == "cuda"
    if on_cuda:
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
    with _Alive([*twin.parameters(), *twin.buffers(), images]) as alive:
        F.cross_entropy(twin(images), labels).backward()
    if on_cuda:
        return torch.cuda.max_memory_allocated() - before + alive.start
    return alive.peak


class _Alive(TorchDispatchMode):
    """Counts the bytes of all tensors alive within the block; `peak` is the most there were at once."""

    def __init__(self, tensors: list[Tensor]) -> None:
        super().__init__()
        self.now = self.peak = 0
        self.watched: dict[int, weakref.finalize] = {}
        for tensor in tensors:
            self.watch(tensor)
        self.start = self.now

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        result = operation(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, (tuple, list)) else [result]:
            if isinstance(tensor, Tensor):
                self.watch(tensor)
        return result

    def watch(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()  # several tensors may be views of one
        key = storage._cdata
        if key not in self.watched:
            self.watched[key] = weakref.finalize(storage, self.forget, key, storage.nbytes())
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)

    def forget(self, key: int, size: int) -> None:
        del self.watched[key]
        self.now -= size
