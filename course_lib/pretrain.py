"""Trains the course's own pretrained backbone and writes it with its model card: `python -m course_lib.pretrain`."""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import sys
from pathlib import Path

import torch
from torch import Tensor

from . import datasets, models, training
from .datasets.species import SPECIES
from .files import write_atomically
from .imageset import ImageSet
from .models import Classifier
from .pretrained import FILE
from .runs import Run

KEPT_BACK = ("cat", "dog", "panda")  # what the lessons classify: the backbone must never have seen them
NETWORK = "resnet"
ASSETS = Path(__file__).parent.parent / "assets"


def species() -> tuple[str, ...]:
    """The species that the backbone learns from."""
    return tuple(name for name in SPECIES if name not in KEPT_BACK)


def animals(per_species: int, seed: int) -> ImageSet:
    """`per_species` photos of each of those species; another seed, other individuals."""
    return datasets.load("critters", n=per_species * len(species()), seed=seed, species=species())


def pretrain(*, per_species: int = 1000, epochs: int = 10, seed: int = 0) -> tuple[Run, float, int]:
    """Train NETWORK with `fit`; returns the Run, and on how many photos of new individuals it was how accurate."""
    sizes = per_species, min(60, per_species), min(100, per_species)
    train, val, test = (animals(size, 3 * seed + part) for part, size in enumerate(sizes))
    model = models.build(NETWORK, train, seed=seed)
    run = training.fit(model, train, val, epochs=epochs, batch_size=64, patience=epochs, seed=seed, device="cpu")
    right = (models.predict(run.model, test.images).argmax(1) == test.labels).float().mean()
    return run, float(right), len(test)


def pack(model: Classifier) -> bytes:
    """Backbone and normalisation as a safetensors file, in half precision: the same model, the same bytes."""
    from safetensors.torch import save

    tensors: dict[str, Tensor] = dict(model.backbone.state_dict())
    tensors = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    tensors |= {"mean": model.mean.flatten(), "std": model.std.flatten()}
    about = {"name": model.name, "classes": model.classes, "shape": model.shape}
    # one key only, as safetensors writes several in an order that changes
    return save({k: v.contiguous() for k, v in tensors.items()}, metadata={"backbone": json.dumps(about)})


def card(run: Run, accuracy: float, tested: int, packed: bytes, command: str) -> str:
    """The model card of `packed`, as Markdown."""
    config, where, seconds = run.config, run.environment, run.history.seconds.sum()
    numbers = sum(weight.numel() for weight in run.model.backbone.parameters())
    return f"""# {FILE}

A feature extractor for small pictures of animal faces, to be tried frozen or fine-tuned in notebook 03.
This card was written by the command that made the file:

```sh
{command}
```

| what | |
|---|---|
| network | backbone of `{run.model.name}`: {numbers:,} parameters in half precision, {len(packed) / 1000:.0f} kB |
| sha256 | `{hashlib.sha256(packed).hexdigest()}` |
| data | {config["train_images"]:,} train and {config["val_images"]:,} val images of *critters*, 3×64×64, all rendered |
| species | {", ".join(run.model.classes)} |
| never seen | {", ".join(KEPT_BACK)}: what the lessons classify |
| recipe | `training.fit`: AdamW, one-cycle to {config["lr"]:g}, {config["epochs"]} epochs, \
batch {config["batch_size"]}, weight decay {config["weight_decay"]:g}, \
label smoothing {config["label_smoothing"]:g}, seed {config["seed"]} |
| time | {seconds / 60:.0f} min on one shared core ({platform.machine()}), torch {where["torch"]}, \
Python {where["python"]} |
| accuracy | {accuracy:.1%} on {tested:,} photos of individuals of the same species that it had never met |
| licence | MIT, as the code; the pictures are drawn by it |

The same command on the same machine with the same versions gives the same bytes. Another machine adds floating-point
numbers in another order: its file differs, and its accuracy by a point or so.

## Limits

- It knows drawn animal faces of 64×64 pixels, in colour. On photos, digits or signs expect little.
- Its species resemble those of the lessons by design: they share ears, coats, poses, light and backgrounds. A backbone
  from far away helps less than this one.
- Its last layer, which named the species, is not in the file.
"""


def main() -> int:
    """Train, and write the backbone and its card into --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ASSETS, help="folder for the backbone and its card; assets/")
    parser.add_argument("--per-species", type=int, default=1000, help="train images of each species; %(default)s")
    parser.add_argument("--epochs", type=int, default=10, help="passes over them; %(default)s")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    torch.set_num_threads(1)  # sums in the same order however many cores there are: the same bytes
    run, accuracy, tested = pretrain(per_species=given.per_species, epochs=given.epochs, seed=given.seed)
    packed = pack(run.model)
    options = "".join(
        f" --{name.replace('_', '-')} {getattr(given, name)}"
        for name in ("per_species", "epochs", "seed")
        if getattr(given, name) != parser.get_default(name)
    )
    write_atomically(given.out / FILE, packed)
    text = card(run, accuracy, tested, packed, f"python -m course_lib.pretrain{options}")
    write_atomically((given.out / FILE).with_suffix(".md"), text)
    print(f"{given.out / FILE}: {len(packed) / 1000:.0f} kB, {accuracy:.1%} on {tested:,} photos of new individuals")
    return 0 if torch.isfinite(torch.tensor(accuracy)) else 1


if __name__ == "__main__":
    sys.exit(main())
