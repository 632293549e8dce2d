"""Measure course_lib.duplicates: the planted copies it finds, the false pairs, its seconds and its memory.

Run: python -m benchmarks.audit [critters | digits | mnist | cifar10 | gtsrb | clothing | speed] …
"""

from __future__ import annotations

import gzip
import io
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from course_lib import duplicates
from course_lib.datasets import critters, digits

DATA = Path(os.environ.get("COURSE_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
KINDS = ("jpeg", "brightness", "crop", "mirror", "brightness+jpeg", "crop+jpeg", "mirror+jpeg")
PLANTED = 500  # copies per kind of change, or half of the left images if they are fewer
SEED = 1000  # the thresholds of course_lib.duplicates were chosen with other seeds, and on other critters


def plant(images: Tensor, kind: str, seed: int) -> Tensor:
    """Near duplicates of uint8 [N, C, H, W], changed by each of `kind` ("crop+jpeg") in turn."""
    generator = torch.Generator().manual_seed(seed)
    for change in kind.split("+"):
        images = CHANGES[change](images, generator)
    return images


def _jpeg(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each re-encoded as JPEG of quality 60 to 90."""
    qualities = torch.randint(60, 91, (len(images),), generator=generator).tolist()
    encoded = images.clone()
    for image, quality in zip(encoded, qualities, strict=True):
        file = io.BytesIO()
        Image.fromarray(image.permute(1, 2, 0).squeeze(-1).numpy()).save(file, "JPEG", quality=quality)
        image.copy_(torch.from_numpy(_pixels(Image.open(file))))
    return encoded


def _brightness(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each 15 % darker to 15 % brighter."""
    factor = 0.85 + 0.3 * torch.rand(len(images), 1, 1, 1, generator=generator)
    return (images * factor).round().clamp(0, 255).byte()


def _crop(images: Tensor, generator: torch.Generator) -> Tensor:
    """Of each side 92 to 100 % kept, anywhere, and resized back, bilinear."""
    keep = 0.92 + 0.08 * torch.rand(len(images), 2, generator=generator)
    middle = (1 - keep) * (2 * torch.rand(len(images), 2, generator=generator) - 1)
    window = torch.cat([torch.diag_embed(keep), middle.unsqueeze(2)], 2)
    grid = F.affine_grid(window, list(images.shape), align_corners=False)
    return F.grid_sample(images.float(), grid, padding_mode="border", align_corners=False).round().byte()


def _flip(images: Tensor, generator: torch.Generator) -> Tensor:
    return images.flip(3)


CHANGES = {"jpeg": _jpeg, "brightness": _brightness, "crop": _crop, "mirror": _flip}


def data_sets() -> dict[str, Callable[[], tuple[Tensor, Tensor]]]:
    """What makes the left and right images of each data set; some share a few copies by accident."""
    embedded = {
        "critters": lambda: _halves(critters.make(3000, seed=SEED).images),
        "digits": lambda: _halves(digits.make().images),
    }
    if not DATA.is_dir():
        print(f"no real data in {DATA}: let COURSE_TEST_DATA name the folder that holds them")
        return embedded
    signs = "gtsrb/gtsrb/GTSRB"
    return embedded | {
        "mnist": lambda: (_idx("train")[-20_000:], _idx("t10k")[-5000:]),
        "cifar10": lambda: (photos("cifar10_jpg/train", "jpg", 32), photos("cifar10_jpg/test", "jpg", 32)),
        "gtsrb": lambda: (photos(f"{signs}/Training", "ppm", 48), photos(f"{signs}/Final_Test", "ppm", 48)),
        "clothing": lambda: (photos("clothing/train", "jpg", 128), photos("clothing/test", "jpg", 128)),
    }


def _halves(images: Tensor) -> tuple[Tensor, Tensor]:
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(SEED))
    left, right = order.tensor_split(2)
    return images[left], images[right]


def photos(folder: str, ending: str, size: int) -> Tensor:
    """All photos in a folder of DATA and in its subfolders, uint8 [N, 3, size, size]."""
    files = sorted((DATA / folder).rglob(f"*.{ending}"))
    opened = (Image.open(file).convert("RGB").resize((size, size)) for file in files)
    return torch.stack([torch.from_numpy(_pixels(image)) for image in opened])


def _pixels(image: Image.Image) -> np.ndarray:
    """uint8 [C, H, W]."""
    pixels = np.array(image)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1).copy()


def _idx(part: str) -> Tensor:
    """MNIST's images, uint8 [N, 1, 28, 28], out of its own format: 16 bytes of header, then pixels."""
    raw = gzip.decompress((DATA / f"mnist/MNIST/raw/{part}-images-idx3-ubyte.gz").read_bytes())
    return torch.from_numpy(np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 1, 28, 28).copy())


def measure(left: Tensor, right: Tensor) -> dict[str, float]:
    """Per cent: recall per kind and over all, mirror told right, and images of `right` wrongly paired."""
    generator = torch.Generator().manual_seed(SEED)
    source = torch.randperm(len(left), generator=generator)[: min(PLANTED, len(left) // 2)].numpy()
    described = duplicates.describe(left)
    recall, way_round = {}, []
    for kind in KINDS:
        pairs = duplicates.match(described, duplicates.describe(plant(left[source], kind, SEED)))
        found = pairs[source[pairs.right] == pairs.left]
        recall[kind] = 100 * len(found) / len(source)
        way_round.append(100 * (found.mirrored == ("mirror" in kind)).mean())
    pairs = duplicates.match(described, duplicates.describe(right))
    near = pairs[pairs.kind == "near"].right.nunique()
    overall = np.mean(list(recall.values()))
    return recall | {"all": overall, "way round": np.mean(way_round), "false": 100 * near / len(right)}


def crowd(name: str) -> Tensor:
    """50,000 images to search for duplicates, uint8 [50000, 3, 32, 32]."""
    if name == "noise":
        return natural(50_000)
    few = photos("cifar10_jpg", "jpg", 32)
    rounds = range(-(-50_000 // len(few)))
    return torch.cat([plant(few, "crop+brightness", seed) for seed in rounds])[:50_000]


def natural(n: int, size: int = 32) -> Tensor:
    """Colour noise with the spectrum of a photo, uint8 [n, 3, size, size]: slow waves high, fast ones low."""
    generator = torch.Generator().manual_seed(SEED)
    images = torch.empty(n, 3, size, size, dtype=torch.uint8)
    for chunk in images.split(1000):
        waves = (torch.randn(len(chunk), 3, s, s, generator=generator) * 2 / s for s in (2, 4, 8, 16, 32))
        noise = sum(F.interpolate(wave, (size, size), mode="bilinear") for wave in waves)
        chunk.copy_((128 + 40 * noise).clamp(0, 255))
    return images


def speed(name: str) -> tuple[float, float]:
    """Seconds, and MB of peak memory added, to compare three parts of a crowd with each other, 70/15/15."""
    images = crowd(name)
    before, start = _peak_mb(), time.perf_counter()
    train, val, test = map(duplicates.describe, images.split([35_000, 7_500, 7_500]))
    for left, right in ((train, val), (train, test), (val, test)):
        duplicates.match(left, right)
    return time.perf_counter() - start, _peak_mb() - before


def _peak_mb() -> float:
    import resource  # not on Windows, where the tests import this file too

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def main(wanted: list[str]) -> None:
    header = True
    for name, make in data_sets().items():
        if wanted and name not in wanted:
            continue
        row = measure(*make())
        if header:
            print(f"{'% of copies':12}", *(f"{column:>{len(column) + 1}}" for column in row))
            header = False
        print(f"{name:12}", *(f"{value:{len(column) + 1}.1f}" for column, value in row.items()), flush=True)
    if wanted and "speed" not in wanted:
        return
    for name in ("noise", "cifar10, jittered") if DATA.is_dir() else ("noise",):
        # A process of its own: peak memory never falls, so a second crowd would seem to need none.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as alone:
            seconds, mb = alone.submit(speed, name).result()
        cores = torch.get_num_threads()
        print(
            f"50,000 images 3x32x32 ({name}): {seconds:.1f} s on {cores} cores, {mb:.0f} MB on top",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
