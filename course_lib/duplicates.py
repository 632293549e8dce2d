"""Pairs of images that are the same picture: byte for byte, or re-encoded, brightened, cropped or mirrored.

Each image is described once. Three steps then narrow down all pairs, each dearer per pair and surer:
1. thumbnails of 8×8, correlated all against all, keep the CANDIDATES most alike, either way round;
2. tangent distance keeps the MATCHES of them that a small crop explains best;
3. alignment solves for the crop; if what still differs is what JPEG leaves, the pair is near.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:  # pandas takes 0.4 s to import; nobody pays for it before a table is needed
    import pandas as pd

# Chosen on copies planted with other seeds, and on other critters, than benchmarks/audit.py measures with.
MATCHES = 4  # near duplicates per right image: enough to see a family of copies, few enough to read
CANDIDATES = 16  # of 15,000: they hold a copy cropped by up to 8 % in 95 % of cases on MNIST, 100 % on photos
THUMB, COARSE, FINE = 8, 16, 32  # sides in pixels; what is smaller keeps its size
MIN_STD = 1.0  # grey levels; an image with less contrast is flat, and its correlations are noise
MIN_EXPLAINED = 0.85  # share of variance; step 2 explains more than this of 99 in 100 copies
MIN_COARSE = 0.95  # correlation at 16×16; hardly a copy has less, so that 32×32 need not be tried
MIN_SIMILARITY = 0.98  # other photos of one critter reach 0.98 once in 100, a copy has less once in 100
MAX_RESIDUE = {
    1: 4.0,
    3: 8.0,
}  # grey levels by channels; JPEG halves the resolution of colour, and leaves more
SHARP = 3.25  # times as much for an image too small to blur: a blur takes white noise down to 3/8
MAX_ZOOM = 1.1  # undoes a crop to 0.92 of a side, and a little more for rounding
SLACK = 0.03  # half sides that an alignment may reach over the frame: half a pixel of 32
CHUNK = 4096  # pairs aligned at once, 100 MB; smaller chunks wait for each other's threads on a busy machine
BLOCK = 2**22  # floats in one block of scores or images, 16 MB
GREY = (0.299, 0.587, 0.114)  # ITU-R BT.601


class Descriptors(NamedTuple):
    """All that `match` needs to know of N images, at most 4.5 kB each."""

    shape: tuple[int, int, int]  # (C, H, W) of the images
    digests: list[bytes]  # N, each of one image's bytes
    thumbs: Tensor  # float32 [N, 1, ≤8, ≤8], grey, zero mean and unit norm; zero for a flat image
    coarse: Tensor  # float32 [N, 1, ≤16, ≤16], grey and blurred, 0…255
    fine: Tensor  # uint8 [N, C, ≤32, ≤32], blurred if more than 16 pixels wide and high


def find(left: Tensor, right: Tensor) -> pd.DataFrame:
    """The duplicates between two sets of images, uint8 [N, C, H, W] and [M, C, H, W], as `match` lists them.

    To compare more than two, `describe` each once. Raises what `describe` and `match` raise.
    """
    return match(describe(left), describe(right))


def describe(images: Tensor) -> Descriptors:
    """Describe uint8 [N, C, H, W], C = 1 or 3, in memory or memory-mapped, for `match`.

    Raises ValueError if `images` is anything else.
    """
    form = f"{images.dtype} {list(images.shape)}" if isinstance(images, Tensor) else type(images).__name__
    if not form.startswith("torch.uint8") or images.ndim != 4 or images.shape[1] not in (1, 3):
        wants = "duplicates needs a torch tensor, uint8 [N, C, H, W] with C = 1 or 3"
        raise ValueError(f"{wants}; got {form}: give it the `images` of an ImageSet")
    step = max(1, BLOCK // max(images.shape[1:].numel(), 1))
    chunks = [images[i : i + step].contiguous() for i in range(0, max(len(images), 1), step)]
    digests = [hashlib.blake2b(row, digest_size=16).digest() for c in chunks for row in c.flatten(1).numpy()]
    thumbs, coarse, fine = map(torch.cat, zip(*map(_shrink, chunks), strict=True))
    return Descriptors(tuple(images.shape[1:]), digests, thumbs, coarse, fine)


def match(left: Descriptors, right: Descriptors) -> pd.DataFrame:
    """The pairs of a left and a right image that are duplicates, by right image, best first.

    left, right  row numbers
    kind         "exact" (same bytes) or "near"; of each at most MATCHES pairs per right image
    similarity   correlation once aligned, MIN_SIMILARITY…1; 1.0 for exact
    mirrored     whether the right image is the left one seen in a mirror

    Near means: JPEG quality 60 or better, brightness ±15 %, a crop of up to 8 % of each side, or mirrored.
    Flat images have no near duplicates. Raises ValueError if the images are not all of one shape.
    """
    import pandas as pd

    if left.shape != right.shape:
        shapes = f"{left.shape} and {right.shape}"
        raise ValueError(f"both sets need images of one shape (C, H, W); got {shapes}: resize one of them")
    lefts = pd.DataFrame({"left": range(len(left.digests)), "digest": left.digests})
    rights = pd.DataFrame({"right": range(len(right.digests)), "digest": right.digests})
    lefts = lefts.groupby("digest", sort=False).head(MATCHES)  # of a thousand blanks, a few tell enough
    exact = lefts.merge(rights).assign(kind="exact", similarity=1.0, mirrored=False)
    pairs = _finalists(left.coarse, right.coarse, _candidates(left.thumbs, right.thumbs))
    chunks = zip(*(part.split(CHUNK) for part in pairs), strict=True)
    found = map(torch.cat, zip(*(_confirm(left, right, chunk) for chunk in chunks), strict=True))
    rows, others, mirrored, similarity = (part.numpy() for part in found)
    near = {"left": rows, "right": others, "kind": "near", "similarity": similarity, "mirrored": mirrored}
    near = pd.DataFrame(near)
    same = [left.digests[row] == right.digests[other] for row, other in zip(near.left, near.right, strict=True)]
    near = near[~np.array(same, dtype=bool)]
    table = pd.concat([exact, near])[["left", "right", "kind", "similarity", "mirrored"]]
    table = table.astype({"left": int, "right": int, "similarity": float, "mirrored": bool})
    table = table.sort_values("similarity", ascending=False)
    return table.sort_values(["right", "kind"], kind="stable", ignore_index=True)


def _candidates(left: Tensor, right: Tensor) -> Tensor:
    """Step 1: for each right thumbnail the rows of the left ones most like it, int64 [M, k].

    A mirror keeps an image's even part and negates its odd one: the better way round scores even + |odd|.
    """
    left_even, right_even = (((x + x.flip(3)) / 2).flatten(1) for x in (left, right))
    left_odd, right_odd = (((x - x.flip(3)) / 2).flatten(1) for x in (left, right))
    step = max(1, BLOCK // max(len(left), 1))
    best = []
    for i in range(0, max(len(right), 1), step):
        scores = (right_odd[i : i + step] @ left_odd.T).abs_().addmm_(right_even[i : i + step], left_even.T)
        best.append(scores.topk(min(CANDIDATES, len(left)), dim=1).indices)
    return torch.cat(best)


def _finalists(left: Tensor, right: Tensor, candidates: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Step 2: the best candidates by tangent distance as left rows, right rows, mirrored, each [P].

    A slight crop moves an image along its tangents, its changes by zoom and by shift; one projection tells
    what share of a candidate the right image and its tangents explain.
    Source: Simard, LeCun and Denker, Efficient pattern recognition using a new transformation distance, 1992.
    """
    left = _unit(left.flatten(1))
    explained = []
    for i in range(0, max(len(right), 1), CHUNK):
        units = left[candidates[i : i + CHUNK]]
        both = (right[i : i + CHUNK], right[i : i + CHUNK].flip(3))
        spans = (torch.linalg.qr(_tangents(images).transpose(1, 2)).Q for images in both)
        explained.append(torch.stack([(units @ span).square().sum(2) for span in spans], 2))
    share, mirrored = torch.cat(explained).max(2)
    share, at = share.topk(min(MATCHES, candidates.shape[1]), dim=1)
    others, k = (share >= MIN_EXPLAINED).nonzero(as_tuple=True)
    at = at[others, k]
    return candidates[others, at], others, mirrored[others, at].bool()


def _confirm(left: Descriptors, right: Descriptors, pairs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Step 3: the near duplicates of `pairs` as left rows, right rows, mirrored, similarity, each [P]."""
    rows, others, mirrored = pairs
    warp = torch.tensor([1.0, 1.0, 0.0, 0.0]).repeat(len(rows), 1)
    ours, theirs = left.coarse[rows], _turned(right.coarse[others], mirrored)
    warp = _align(ours, theirs, warp)
    keep = _compare(ours, theirs, warp)[0] >= MIN_COARSE
    rows, others, mirrored, warp = rows[keep], others[keep], mirrored[keep], warp[keep]
    ours, theirs = left.fine[rows].float(), _turned(right.fine[others], mirrored).float()
    warp = _align(_grey(ours), _grey(theirs), warp)
    similarity, residue = _compare(ours, theirs, warp)
    allowed = MAX_RESIDUE[ours.shape[1]] * (1 if min(ours.shape[2:]) > COARSE else SHARP)
    keep = (similarity >= MIN_SIMILARITY) & (residue <= allowed)
    return rows[keep], others[keep], mirrored[keep], similarity[keep].clamp(max=1)


def _align(left: Tensor, right: Tensor, warp: Tensor, steps: int = 2) -> Tensor:
    """Improve `warp` float32 [P, 4]: zoom x, y and shift x, y (in half sides) from right to left pixels.

    Brightness and contrast are solved for along with it. Both images float32 [P, 1, h, w].
    Source: Lucas and Kanade 1981, in the inverse compositional form of Baker and Matthews 2004.
    """
    tangents = _tangents(right)
    for _ in range(steps):
        warped, inside = _sample(left, warp)
        seen = tangents * inside.flatten(2)
        normal = seen @ seen.transpose(1, 2)
        damping = torch.diag_embed(1e-4 * normal.diagonal(dim1=1, dim2=2) + 1e-3)
        weights = torch.linalg.solve(normal + damping, seen @ warped.flatten(1).unsqueeze(2)).squeeze(2)
        change = (weights[:, 2:] / weights[:, 1:2].clamp(min=0.1)).clamp(-0.15, 0.15)
        zoom = (warp[:, :2] * (1 - change[:, :2])).clamp(1 / MAX_ZOOM, MAX_ZOOM)
        room = (zoom - 1).abs() + SLACK  # a crop lies within its picture: no shift without a zoom
        shift = (warp[:, 2:] - warp[:, :2] * change[:, 2:]).clamp(-room, room)
        warp = torch.cat([zoom, shift], 1)
    return warp


def _compare(left: Tensor, right: Tensor, warp: Tensor) -> tuple[Tensor, Tensor]:
    """Correlation and residue of aligned images where they overlap, each [P].

    One mean for all channels, so that colours count. Residue: RMS difference in grey levels, equal contrast.
    """
    warped, inside = _sample(left, warp)
    pixel = (1, 2, 3)
    count = inside.sum(pixel, keepdim=True) * left.shape[1]
    warped, right = ((x - (x * inside).sum(pixel, keepdim=True) / count) * inside for x in (warped, right))
    energy = (warped.square().sum(pixel) * right.square().sum(pixel)).sqrt()
    similarity = (warped * right).sum(pixel) / energy.clamp(min=1e-6)
    return similarity, (2 * (1 - similarity).clamp(min=0) * energy / count.flatten()).sqrt()


def _tangents(images: Tensor) -> Tensor:
    """float32 [P, 6, h*w]: constant, the image, and its change by zoom x, zoom y, shift x, shift y."""
    x, y = _centres(images)
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    along_x = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) * (images.shape[3] / 4)
    along_y = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) * (images.shape[2] / 4)
    parts = [torch.ones_like(images), images, along_x * x, along_y * y, along_x, along_y]
    return torch.stack(parts, 1).flatten(2)


def _sample(images: Tensor, warp: Tensor) -> tuple[Tensor, Tensor]:
    """`images` seen through `warp` [P, C, h, w], and 1 where that lies inside the frame [P, 1, h, w]."""
    zoom, shift = warp.view(-1, 2, 1, 1, 2).unbind(1)
    grid = _centres(images).permute(1, 2, 0) * zoom + shift
    inside = (grid.abs() <= 1).all(3).unsqueeze(1).float()
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False), inside


def _centres(images: Tensor) -> Tensor:
    """Where the middles of columns, x, and of rows, y, lie, -1…1 from edge to edge: [2, h, w]."""
    x, y = ((torch.arange(n) * 2 + 1) / n - 1 for n in (images.shape[3], images.shape[2]))
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))


def _shrink(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The thumbs, coarse and fine of `Descriptors`."""

    def pool(images: Tensor, side: int) -> Tensor:
        return F.adaptive_avg_pool2d(images, [min(side, n) for n in images.shape[2:]])

    fine = pool(images.float(), FINE)
    fine = _blur(fine) if min(fine.shape[2:]) > COARSE else fine  # a stroke in 16 pixels is one pixel wide
    coarse = _blur(pool(_grey(fine), COARSE))
    thumbs = pool(coarse, THUMB)
    return _unit(thumbs.flatten(1)).view_as(thumbs), coarse, fine.round().byte()


def _blur(images: Tensor) -> Tensor:
    padded = F.pad(images, (1, 1, 1, 1), mode="replicate")
    across = (padded[..., :-2] + 2 * padded[..., 1:-1] + padded[..., 2:]) / 4
    return (across[..., :-2, :] + 2 * across[..., 1:-1, :] + across[..., 2:, :]) / 4


def _grey(images: Tensor) -> Tensor:
    weights = images.new_tensor(GREY if images.shape[1] == 3 else (1.0,)).view(-1, 1, 1)
    return (images * weights).sum(1, keepdim=True)


def _turned(images: Tensor, mirrored: Tensor) -> Tensor:
    return torch.where(mirrored.view(-1, 1, 1, 1), images.flip(3), images)


def _unit(rows: Tensor) -> Tensor:
    """Rows [N, D] with zero mean and unit norm; zero where there is less contrast than MIN_STD."""
    rows = rows - rows.mean(1, keepdim=True)
    norm = rows.norm(dim=1, keepdim=True)
    return torch.where(norm > MIN_STD * rows.shape[1] ** 0.5, rows / norm, 0.0)
