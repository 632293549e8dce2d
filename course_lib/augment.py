"""Policy: which random changes the train images go through, in which order and how strong. All batched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape

import torch
from torch import Tensor

from .imageset import ImageSet
from .survival import Survival, survival
from .transforms import OPERATIONS, Operation, checked
from .transforms.geometry import corner_colour, grid, sample

__all__ = ["OPERATIONS", "Policy", "Survival", "survival"]

Step = tuple[Operation, float, slice]  # an operation, its strength, and its columns of what was drawn


@dataclass(frozen=True, init=False, repr=False)
class Policy:
    """A named, ordered set of random changes: `Policy(hflip=0.5, shift=0.1, name="light")`.

    steps  (operation, strength 0…1) in the order of application, which is the order of the keywords
    name   what tables and pictures call it

    Every image gets parameters of its own. Neighbouring geometric steps are one sampling, so that an image is not
    blurred twice; strength 0 leaves a step out, bit for bit. Operations that mix labels come last: a label share is
    only right if nothing is cut off or covered afterwards. They are refused elsewhere, because the order you write
    is the order you get. Raises ValueError for that, for an unknown operation and for a strength outside 0…1.
    """

    steps: tuple[tuple[str, float], ...]
    name: str

    def __init__(self, *, name: str = "policy", **strengths: float) -> None:
        steps = tuple((step, checked(step, strength)) for step, strength in strengths.items())
        mixing = [OPERATIONS[step].mixes for step, _ in steps]
        if mixing != sorted(mixing):
            early = steps[mixing.index(True)][0]
            said = f"mixing comes last, when each image is done; got {early} before others: write it at the end"
            raise ValueError(said)
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "name", name)

    @cached_property
    def _live(self) -> tuple[Step, ...]:
        """The steps that do something, each with its columns of what was drawn."""
        live, column = [], 0
        for name, strength in self.steps:
            if strength > 0:
                operation = OPERATIONS[name]
                live.append((operation, strength, slice(column, column + operation.columns)))
                column += operation.columns
        return tuple(live)

    @cached_property
    def _stages(self) -> tuple[tuple[Step, ...], ...]:
        """The live steps; neighbouring geometric ones together."""
        stages = []
        for step in self._live:
            if step[0].at and stages and stages[-1][0][0].at:
                stages[-1].append(step)
            else:
                stages.append([step])
        return tuple(map(tuple, stages))

    @property
    def mixes(self) -> bool:
        """Whether labels are mixed: then `apply` needs targets as float [B, K]."""
        return any(operation.mixes for operation, _, _ in self._live)

    def draw(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """Random numbers for `n` images, float32 [n, P] in -1…1, as `apply` takes them: an epoch's at once."""
        numbers = sum(operation.columns for operation, _, _ in self._live)
        device = generator.device if generator else None
        return torch.rand(n, numbers, generator=generator, device=device).mul_(2).sub_(1)

    def apply(self, images: Tensor, targets: Tensor, drawn: Tensor) -> tuple[Tensor, Tensor]:
        """uint8 [B, C, H, W], targets and `drawn` [B, P] → changed images and targets, on the images' device.

        Targets come back as they are, unless the policy mixes: then they are float [B, K], a share for each class.
        """
        for stage in self._stages:
            operation, strength, columns = stage[0]
            if operation.at:
                images = _resample(images, stage, drawn)
                continue
            if operation.mixes:
                parameters = operation.parameters(drawn[:, columns], strength, tuple(images.shape[1:]))
                images, targets = operation.function(images, targets, *parameters)
            else:
                images = operation.change(images, drawn[:, columns], strength)
        return images, targets

    def __call__(self, images: ImageSet | Tensor, seed: int = 0) -> ImageSet | Tensor:
        """One changed version of each image, for looking at: ImageSet or uint8 [N, C, H, W] in and out.

        The labels of an ImageSet stay what they were, also where a step mixes images.
        """
        pixels = images.images if isinstance(images, ImageSet) else images
        drawn = self.draw(len(pixels), torch.Generator().manual_seed(seed)).to(pixels.device)
        changed, _ = self.apply(pixels, torch.zeros(len(pixels), 1, device=pixels.device), drawn)
        return replace(images, images=changed) if isinstance(images, ImageSet) else changed

    def __repr__(self) -> str:
        return f"Policy({''.join(f'{step}={strength:g}, ' for step, strength in self.steps)}name={self.name!r})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{step}</td><td>{OPERATIONS[step].kind}</td><td>{strength:g}</td>"
            f"<td>{OPERATIONS[step].unit}</td></tr>"
            for step, strength in self.steps
        )
        heads = "<tr><th>in this order</th><th>kind</th><th>strength</th><th>strength 1 would be</th></tr>"
        body = f"<table>{heads}{rows}</table>" if rows else "<p>nothing is changed</p>"
        return f"<div><strong>Policy</strong> {escape(self.name)}{body}</div>"


def _resample(images: Tensor, stage: tuple[Step, ...], drawn: Tensor) -> Tensor:
    """Several geometric steps as one sampling: from the pixels of the result back to where each comes from."""
    x, y = grid(images)
    shape = tuple(images.shape[1:])
    for operation, strength, columns in reversed(stage):
        x, y = operation.at(x, y, *operation.parameters(drawn[:, columns], strength, shape))
    operations = [operation for operation, _, _ in stage]
    whole, inside = all(o.whole for o in operations), all(o.inside for o in operations)
    fill = None if inside else corner_colour(images)
    return sample(images, x, y, whole=whole, inside=inside, fill=fill)
