"""The loop: `fit` trains a Classifier in place and returns a Run. Notebook 04 writes the same loop out by hand."""

from __future__ import annotations

import math
import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from numbers import Integral

import torch
import torchvision
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import LRScheduler, OneCycleLR
from tqdm.auto import tqdm

from .imageset import ImageSet
from .models import Classifier, predict
from .runs import Run

# A set up to this size moves to the model's device once; a larger one follows batch by batch.
RESIDENT_BYTES = 2 * 1024**3


def fit(
    model: Classifier,
    train: ImageSet,
    val: ImageSet,
    *,
    epochs: int = 15,
    lr: float = 4e-3,
    batch_size: int = 32,
    weight_decay: float = 0.05,
    label_smoothing: float = 0.05,
    patience: int | None = None,
    seed: int = 0,
    device: str | None = None,
) -> Run:
    """Train `model` in place on `train`, leave in it the weights with the lowest loss on `val`, return the Run.

    AdamW (Loshchilov and Hutter 2019) under a one-cycle schedule (Smith and Topin 2018) that peaks at `lr`, with
    label smoothing (Szegedy et al. 2016, section 7). Training ends early after `patience` epochs without a lower
    validation loss: half of `epochs` and at least 10 when left out, as one-cycle is at its worst in the middle.
    `device` is "cpu", "cuda" or "mps"; the fastest there is when left out. The test part is no argument: it is for
    `evaluation.evaluate`, once.

    Same seed, same machine: the same weights, bit for bit. The stop button (Ctrl-C) ends training early, and the Run
    says so. Raises ValueError for arguments that cannot be, FloatingPointError when the loss is no longer a number.
    """
    patience = max(10, epochs // 2) if patience is None else patience
    config = {"epochs": epochs, "lr": lr, "batch_size": batch_size, "weight_decay": weight_decay}
    config |= {"label_smoothing": label_smoothing, "patience": patience, "seed": seed}
    _check(model, train, val, config)

    where = _device(device or best_device())
    model.to(where)
    images, labels = _resident(train.images, where), train.labels.to(where)
    steps = math.ceil(len(train) / batch_size)
    criterion = nn.CrossEntropyLoss(label_smoothing=label_smoothing)
    optimizer = AdamW(model.parameters(), lr=lr, weight_decay=weight_decay, fused=True)
    schedule = OneCycleLR(optimizer, max_lr=lr, total_steps=epochs * steps)
    rows, best, kept, interrupted = [], None, 0, False

    with _seeded(seed, where), tqdm(range(1, epochs + 1), unit="epoch", leave=False, disable=_quiet()) as bar:
        try:
            for epoch in bar:
                started = time.perf_counter()
                row = {"epoch": epoch}
                row |= _train_epoch(model, images, labels, steps, criterion, optimizer, schedule)
                row |= _validate(model, val, criterion)
                _stop_if_diverged(torch.tensor([row["val_loss"]]), [schedule.get_last_lr()[0]], epoch * steps - 1)
                row |= {"lr": schedule.get_last_lr()[0], "seconds": time.perf_counter() - started}
                # By loss, not accuracy: it moves first, and on a small validation set it has no ties.
                better = row["val_loss"] < min((r["val_loss"] for r in rows), default=math.inf)
                weights = _weights(model) if better else best
                rows, best, kept = [*rows, row], weights, epoch if better else kept  # at once: Ctrl-C may come
                bar.set_postfix(loss=f"{row['val_loss']:.3f}", accuracy=f"{row['val_accuracy']:.3f}")
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


def _train_epoch(
    model: Classifier,
    images: Tensor,
    labels: Tensor,
    steps: int,
    criterion: nn.Module,
    optimizer: Optimizer,
    schedule: LRScheduler,
) -> dict[str, float]:
    """One pass over the shuffled train part in `steps` batches of nearly equal size."""
    model.train()
    losses, rates, right = torch.zeros(steps, device=labels.device), [], torch.zeros((), device=labels.device)
    order = torch.randperm(len(labels)).to(images.device)
    for step, batch in enumerate(order.tensor_split(steps)):
        inputs, targets = images[batch].to(labels.device), labels[batch.to(labels.device)]
        logits = model(inputs)
        loss = criterion(logits, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        rates.append(schedule.get_last_lr()[0])
        schedule.step()
        losses[step] = loss.detach()  # no .item() here: it would make a GPU wait at every step
        right += (logits.detach().argmax(1) == targets).sum()
    _stop_if_diverged(losses, rates, steps_before=schedule.last_epoch - steps)
    return {"train_loss": float(losses.mean()), "train_accuracy": float(right) / len(labels)}


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


def _resident(images: Tensor, device: torch.device) -> Tensor:
    """Small enough sets on the device, in the memory order that the network wants, so that no step has to turn them."""
    if images.numel() > RESIDENT_BYTES:
        return images
    return images.to(device).contiguous(memory_format=torch.channels_last)


def _weights(model: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().to("cpu", copy=True) for name, tensor in model.state_dict().items()}


def _history(rows: list[dict[str, float]]):
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
    for name in ("epochs", "batch_size", "patience"):
        if not isinstance(config[name], Integral) or config[name] < 1:
            raise ValueError(f"{name} must be a whole number of at least 1; got {config[name]!r}: 15, 32 and 10 suit")
    if not (math.isfinite(config["lr"]) and config["lr"] > 0):
        raise ValueError(f"lr, the learning rate, must be a number over 0; got {config['lr']!r}: start with 0.004")
    if config["weight_decay"] < 0:
        raise ValueError(f"weight_decay must be 0 or more; got {config['weight_decay']!r}: 0.05 is usual")
    if not 0 <= config["label_smoothing"] < 1:
        raise ValueError(f"label_smoothing must lie in 0…1; got {config['label_smoothing']!r}: 0.05 is usual")
