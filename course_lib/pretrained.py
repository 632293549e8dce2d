"""Backbones that somebody else paid for: the course's own, which needs no network, and torchvision's on ImageNet."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import torch
import torchvision
from torch import Tensor, nn

from .architectures import Grey, headless
from .names import pick

FILE = "backbone.safetensors"
SILENCE = 20  # seconds without a byte, after which a download counts as failed

Normalisation = tuple[Tensor, Tensor]  # mean and standard deviation per channel, float32 [C] in 0…255


def load(weights: str, name: str, backbone: nn.Module) -> Normalisation:
    """Fill `backbone`, which `architectures.make(name, …)` made, with pretrained weights; returns their normalisation.

    weights  "course": assets/backbone.safetensors, described in assets/backbone.md, for the network that it names;
             "imagenet": torchvision's best weights for "torchvision:…", downloaded once
    Raises ValueError for weights that do not exist, do not fit the network, or cannot be downloaded.
    """
    return pick({"course": _course, "imagenet": _imagenet}, weights, "set of weights")(name, backbone)


def find() -> Path:
    """Where the course's own backbone lies: in assets/ of a clone, beside this file in an installed wheel."""
    beside = Path(__file__).parent
    places = (beside.parent / "assets" / FILE, beside / FILE)
    for place in places:
        if place.is_file():
            return place
    raise ValueError(f"{FILE} is in none of {', '.join(map(str, places))}: make it with python -m course_lib.pretrain")


def about() -> dict:
    """What the file of the course's own backbone says of itself: name (of the network), classes, shape."""
    from safetensors import safe_open

    with safe_open(find(), "pt") as file:
        return json.loads(file.metadata()["backbone"])


def _course(name: str, backbone: nn.Module) -> Normalisation:
    from safetensors.torch import load_file

    theirs = about()["name"]
    if name != theirs:
        raise ValueError(f"weights='course' are those of a {theirs!r}; got {name!r}: build {theirs!r} with them")
    tensors = {key: tensor.float() for key, tensor in load_file(find()).items()}
    mean, std = tensors.pop("mean"), tensors.pop("std")
    channels = next(backbone.parameters()).shape[1]
    if channels != len(mean):
        raise ValueError(f"weights='course' look at {len(mean)} channels; got images of {channels}: use colour images")
    state = backbone.state_dict()
    backbone.load_state_dict({key: tensor.to(state[key].dtype) for key, tensor in tensors.items()})
    return mean, std


def _imagenet(name: str, backbone: nn.Module) -> Normalisation:
    family, _, model = name.partition(":")
    if family != "torchvision":
        raise ValueError(f"weights='imagenet' are for torchvision's networks; got {name!r}: try 'torchvision:resnet18'")
    best = torchvision.models.get_model_weights(model).DEFAULT
    trained = headless(_download(model, best))[0].state_dict()
    grey = isinstance(backbone, nn.Sequential) and isinstance(backbone[0], Grey)
    (backbone[1] if grey else backbone).load_state_dict(trained)
    # These two turn ImageNet's normalisation into this one inside themselves, which `headless` takes away.
    halves = model in ("googlenet", "inception_v3")
    mean, std = ([0.5] * 3, [0.5] * 3) if halves else (best.transforms().mean, best.transforms().std)
    mean, std = 255 * torch.tensor(mean), 255 * torch.tensor(std)
    return (mean.mean(0, keepdim=True), std.mean(0, keepdim=True)) if grey else (mean, std)


def _download(model: str, weights: torchvision.models.WeightsEnum) -> nn.Module:
    """The torchvision model with its weights, from torch's cache if they are there; torch checks what arrives."""
    try:
        with _impatient(SILENCE):
            return torchvision.models.get_model(model, weights=weights, progress=False)
    except (OSError, HTTPException, RuntimeError) as problem:  # no route, cut off on the way, not what it should be
        raise ValueError(
            f"the ImageNet weights of {model} could not be downloaded ({type(problem).__name__}: {problem}): "
            f"without a network take weights='course' with models.build({about()['name']!r}, …)"
        ) from problem


@contextmanager
def _impatient(seconds: float) -> Iterator[None]:
    """Within the block, a connection that stays silent for `seconds` fails instead of waiting for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)
