"""The loop: `fit` trains a Classifier in place and returns a Run. Notebook 04 writes the same loop out by hand."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from numbers import Integral, Real
from typing import TYPE_CHECKING

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler
from tqdm.auto import tqdm

from . import learning_rate, objectives
from .augment import Policy
from .imageset import ImageSet
from .models import Classifier, predict
from .runs import Run, compare

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["best_device", "compare", "environment", "fit"]

# A set up to this size moves to the model's device once; a larger one follows batch by batch.
RESIDENT_BYTES = 2 * 1024**3
AUGMENT_TOGETHER = 2**19  # pixel values that are changed in one call; more would not fit into a cache


def fit(
    model: Classifier,
    train: ImageSet,
    val: ImageSet,
    *,
    epochs: int = 15,
    lr: float = 4e-3,
    schedule: str = "one_cycle",
    batch_size: int = 32,
    policy: Policy | None = None,
    balance: str = "none",
    weight_decay: float = 0.05,
    label_smoothing: float = 0.05,
    patience: int | None = None,
    seed: int = 0,
    device: str | None = None,
    on_epoch: Callable[[pd.DataFrame], None] | None = None,
) -> Run:
    """Train `model` in place on `train`, leave in it the weights with the lowest loss on `val`, return the Run.

    AdamW (Loshchilov and Hutter 2019) under a `schedule` of `learning_rate.SCHEDULES`: one cycle (Smith and Topin
    2018) that peaks at `lr`, unless told otherwise. Label smoothing: Szegedy et al. 2016, section 7. `policy` changes
    the train images at random, never those of val. `balance`, one of `objectives.BALANCE`, says how rare classes get
    their say. Training ends early after `patience` epochs without a lower validation loss: half of `epochs` and at
    least 10 when left out, as one-cycle is at its worst in the middle. `device` is "cpu", "cuda" or "mps"; the fastest
    there is when left out. `on_epoch` is called with the history so far. What of the model is frozen stays as it is.
    The test part is no argument: it is for `evaluation.evaluate`, once.

    Same seed, same machine: the same weights, bit for bit. The stop button (Ctrl-C) ends training early, and the Run
    says so. Raises ValueError for arguments that cannot be, FloatingPointError when the loss is no longer a number.
    """
    if policy is not None and not isinstance(policy, Policy):
        raise ValueError(f"policy must be a Policy or None; got {policy!r}: give augment.Policy(hflip=0.5, …)")
    half = epochs // 2 if isinstance(epochs, Integral) else 0  # what is no number is refused below
    patience = max(10, half) if patience is None else patience
    config = {"epochs": epochs, "lr": lr, "schedule": schedule, "batch_size": batch_size, "balance": balance}
    config |= {"policy": dict(policy.steps) if policy else {}, "weight_decay": weight_decay}
    config |= {"label_smoothing": label_smoothing, "patience": patience, "seed": seed}
    _check(model, train, val, config)

    where = _device(device or best_device())
    model.to(where)
    objective = objectives.make(balance, train.labels, len(train.classes), label_smoothing)
    criterion = objective.loss.to(where)
    images, targets = _resident(train.images, where, policy), _targets(train, policy).to(where)
    steps = math.ceil(len(train) / batch_size)
    learnt = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = AdamW(learnt, lr=lr, weight_decay=weight_decay, fused=True)
    scheduler = learning_rate.schedule(schedule, optimizer, lr, epochs, steps)
    rows, best, kept, interrupted = [], None, 0, False

    with _seeded(seed, where), tqdm(total=epochs * steps, unit="step", leave=False, disable=_quiet()) as bar:
        try:
            for epoch in range(1, epochs + 1):
                started = time.perf_counter()
                row = {"epoch": epoch}
                batches = _batches(images, targets, steps, policy, objective.draw)
                row |= _train_epoch(model, batches, steps, criterion, optimizer, scheduler, bar)
                row |= _validate(model, val, objective.val_loss)
                _stop_if_diverged(torch.tensor([row["val_loss"]]), [row["lr"]], epoch * steps - 1)
                row |= {"seconds": time.perf_counter() - started}
                # By loss, not accuracy: it moves first, and on a small validation set it has no ties.
                better = row["val_loss"] < min((r["val_loss"] for r in rows), default=math.inf)
                weights = _weights(model) if better else best
                rows, best, kept = [*rows, row], weights, epoch if better else kept  # at once: Ctrl-C may come
                bar.set_postfix(epoch=epoch, loss=f"{row['val_loss']:.3f}", accuracy=f"{row['val_accuracy']:.3f}")
                if on_epoch:
                    on_epoch(_history(rows))
                if epoch - kept >= patience:
                    break
        except KeyboardInterrupt:
            interrupted = True

    last = _weights(model)
    best = best or _weights(model)
    model.load_state_dict(best)
    model.eval()  # whoever calls the model next wants answers, not batch statistics
    where_and_when = environment(where) | {"finished": datetime.now().isoformat(timespec="microseconds")}
    config |= {"model": model.name, "data": train.name, "train_images": len(train), "val_images": len(val)}
    return Run(model, _history(rows), best, last, config, where_and_when, interrupted)


def _batches(
    images: Tensor, targets: Tensor, steps: int, policy: Policy | None, draw: Tensor | None
) -> Iterator[tuple[Tensor, Tensor]]:
    """The images of one epoch, shuffled and changed at random, in `steps` batches of nearly equal size."""
    n, device = len(targets), targets.device
    order = torch.randperm(n) if draw is None else torch.multinomial(draw, n, replacement=True)
    order = order.to(images.device).tensor_split(steps)
    if policy is None:
        for rows in order:
            yield images[rows].to(device), targets[rows.to(device)]
        return
    # Drawn at once for the whole epoch, applied to several small batches at once: a call costs more than its work.
    numbers = policy.draw(n, torch.default_generator).to(device).tensor_split(steps)
    together = max(1, AUGMENT_TOGETHER // max(1, images[0].numel() * len(order[0])))
    for first in range(0, steps, together):
        several = slice(first, first + together)
        rows, drawn = torch.cat(order[several]), torch.cat(numbers[several])
        changed = policy.apply(images[rows].to(device), targets[rows.to(device)], drawn)
        sizes = [len(batch) for batch in order[several]]
        yield from zip(*(part.split(sizes) for part in changed), strict=True)


def _targets(train: ImageSet, policy: Policy | None) -> Tensor:
    """Labels int64 [N]; where the policy mixes images, shares float32 [N, K], as one may be 70 % cat and 30 % dog."""
    return F.one_hot(train.labels, len(train.classes)).float() if policy and policy.mixes else train.labels


def _train_epoch(
    model: Classifier,
    batches: Iterable[tuple[Tensor, Tensor]],
    steps: int,
    criterion: nn.Module,
    optimizer: Optimizer,
    scheduler: LRScheduler,
    bar: tqdm,
) -> dict[str, float]:
    """One pass over the train part in `steps` batches: forward, backward, step. `lr` is that of the last of them."""
    model.train()
    device = model.mean.device
    losses, rates, right, seen = torch.zeros(steps, device=device), [], torch.zeros((), device=device), 0
    for step, (images, targets) in enumerate(batches):
        logits = model(images)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(scheduler.get_last_lr()[0])
        scheduler.step()
        losses[step] = loss.detach()  # no .item() here: it would make a GPU wait at every step
        labels = targets if targets.ndim == 1 else targets.argmax(1)
        right += (logits.detach().argmax(1) == labels).sum()
        seen += len(labels)
        bar.update()
    _stop_if_diverged(losses, rates, steps_before=scheduler.last_epoch - steps)
    return {"train_loss": float(losses.mean()), "train_accuracy": float(right) / seen, "lr": rates[-1]}


def _validate(model: Classifier, val: ImageSet, criterion: nn.Module) -> dict[str, float]:
    """Loss and accuracy on the validation part: never augmented, never shuffled."""
    logits = predict(model, val.images)
    right = (logits.argmax(1) == val.labels).float().mean()
    return {"val_loss": float(criterion(logits, val.labels)), "val_accuracy": float(right)}


def _stop_if_diverged(losses: Tensor, rates: list[float], steps_before: int) -> None:
    broken = (~losses.isfinite()).nonzero().flatten().tolist()
    if broken:
        raise FloatingPointError(
            f"the loss is no longer a number at step {steps_before + broken[0] + 1}, where the learning rate was "
            f"{rates[broken[0]]:.2g}: build the model anew and try a learning rate ten times smaller"
        )


def best_device() -> str:
    """The fastest device of this machine: "cuda", "mps" or "cpu"."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _device(name: str) -> torch.device:
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as problem:  # what torch raises depends on how it was built
        raise ValueError(
            f"device {name!r} is not there: leave it out, {best_device()!r} is the fastest here"
        ) from problem
    return torch.device(name)


def environment(device: torch.device) -> dict[str, str | int]:
    """Where a run took place: what one needs to know before comparing its numbers with another's."""
    versions = {"python": platform.python_version(), "torch": torch.__version__, "torchvision": torchvision.__version__}
    return versions | {"system": platform.platform(), "device": device.type, "threads": torch.get_num_threads()}


@contextmanager
def _seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch for the block and put the caller's random state back; on a GPU, only repeatable kernels."""
    gpus = [device.index or 0] if device.type == "cuda" else []
    kernels = {"enabled": True, "benchmark": False, "deterministic": True}
    tf32 = torch.backends.cudnn.allow_tf32
    with torch.random.fork_rng(gpus), torch.backends.cudnn.flags(**kernels, allow_tf32=tf32):
        torch.manual_seed(seed)
        yield


def _resident(images: Tensor, device: torch.device, policy: Policy | None) -> Tensor:
    """Small enough sets on the device, in the memory order that each step reads fastest."""
    if images.numel() > RESIDENT_BYTES:
        return images
    # A network wants channels last; a policy gathers pixels channel by channel, and would only undo that order.
    order = torch.contiguous_format if policy else torch.channels_last
    return images.to(device).contiguous(memory_format=order)


def _weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in model.state_dict().items()}


def _history(rows: list[dict[str, float]]) -> pd.DataFrame:
    import pandas as pd

    columns = ["epoch", "train_loss", "val_loss", "train_accuracy", "val_accuracy", "lr", "seconds"]
    return pd.DataFrame(rows, columns=columns)


def _quiet() -> bool:
    """No progress bar under tests and in CI, where nobody watches and its text would be compared."""
    return bool({"CI", "PYTEST_VERSION", "TQDM_DISABLE"} & os.environ.keys())


def _check(model: Classifier, train: ImageSet, val: ImageSet, config: dict) -> None:
    for part, images in (("train", train), ("val", val)):
        if not len(images):
            raise ValueError(f"fit needs images in {part}; got an empty ImageSet: make the split with more images")
        if images.classes != model.classes or images.shape != model.shape:
            raise ValueError(
                f"the model was built for {model.shape} and the classes {model.classes}; {part} has {images.shape} "
                f"and {images.classes}: build it with models.build(name, split.train)"
            )
    empty = train.counts()[lambda counts: counts == 0]
    if len(empty):
        raise ValueError(
            f"every class needs train images; got none of {', '.join(map(repr, empty.index))}: leave such a class out "
            "of the ImageSet, or make the split anew with a larger train part"
        )
    for name in ("epochs", "batch_size", "patience"):
        if not isinstance(config[name], Integral) or config[name] < 1:
            raise ValueError(f"{name} must be a whole number of at least 1; got {config[name]!r}: 15, 32 and 10 suit")
    ranges = {
        "lr": ("a number over 0", lambda lr: math.isfinite(lr) and lr > 0, "0.004 suits"),
        "weight_decay": ("a number of 0 or more", lambda decay: math.isfinite(decay) and decay >= 0, "0.05 is usual"),
        "label_smoothing": ("a number from 0 to below 1", lambda share: 0 <= share < 1, "0.05 is usual"),
    }
    for name, (wanted, fits, usual) in ranges.items():
        if not isinstance(config[name], Real) or not fits(config[name]):
            raise ValueError(f"{name} must be {wanted}; got {config[name]!r}: {usual}")
