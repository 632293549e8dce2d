"""Is a pretrained backbone worth it, and when? `python -m benchmarks.transfer`

Cats, dogs and pandas, which the course's backbone has never seen, at 5, 10, 30 and 100 images per class and for five
seeds: the same network trained from scratch, as random features under a trained head, as a linear probe on the
pretrained backbone, and fine-tuned. Individuals in train, val and test are all different; train images are drawn
from many individuals. Each way has the learning rate that suits it, and is judged by its last weights: with so few
images, choosing an epoch by the validation loss picks nearly untrained weights for the network from scratch.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

from course_lib import datasets, evaluation, models, pretrained, splits, training
from course_lib.imageset import ImageSet

# way: (weights, whether the backbone is frozen, learning rate)
WAYS = {
    "scratch": (None, False, 4e-3),
    "random features": (None, True, 1e-1),
    "linear probe": ("course", True, 1e-2),
    "fine-tune": ("course", False, 1e-3),
}
EPOCHS = {5: 60, 10: 60, 30: 40, 100: 30}  # at 5 images per class an epoch is one step


def accuracy(way: str, train: ImageSet, val: ImageSet, test: ImageSet, *, epochs: int, seed: int) -> float:
    """Test accuracy, 0…1, of the course's network trained on `train` in one of WAYS."""
    weights, frozen, lr = WAYS[way]
    model = models.build(pretrained.about()["name"], train, seed=seed, weights=weights)
    if frozen:
        model.freeze(None if weights else train.images)
    run = training.fit(model, train, val, epochs=epochs, lr=lr, batch_size=16, patience=epochs, seed=seed)
    model.load_state_dict(run.last)
    return evaluation.evaluate(model, test).accuracy


def measure(sizes: list[int], seeds: list[int], test_images: int = 1500) -> dict[tuple[str, int], list[float]]:
    """Accuracies by (way, images per class), one per seed."""
    test = datasets.load("critters", n=test_images, seed=10_000)
    found: dict[tuple[str, int], list[float]] = {(way, size): [] for way in WAYS for size in sizes}
    for seed in seeds:
        split = splits.make(datasets.load("critters", n=900, seed=seed), val=0.05, test=0.1, seed=seed, by="group")
        for size in sizes:
            few = split.train[split.train.facts.groupby("species").head(size).index]
            for way in WAYS:
                options = {"epochs": EPOCHS[size], "seed": seed}
                found[way, size].append(accuracy(way, few, split.val, test, **options))
    return found


def main() -> int:
    """Print mean ± spread for each way and number of images; 1 if transfer does not do what the course says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(EPOCHS), choices=list(EPOCHS))
    given = parser.parse_args()
    os.environ.setdefault("TQDM_DISABLE", "1")
    started = time.perf_counter()
    found = measure(given.sizes, given.seeds)
    mean = {key: statistics.mean(values) for key, values in found.items()}

    print(f"test accuracy, mean ± standard deviation over {len(given.seeds)} seeds, by images per class")
    print(f"{'':18}" + "".join(f"{size:>14}" for size in given.sizes))
    for way in WAYS:
        cells = (f"{mean[way, size]:.1%} ± {100 * statistics.pstdev(found[way, size]):.1f}" for size in given.sizes)
        print(f"{way:18}" + "".join(f"{cell:>14}" for cell in cells))

    verdicts = []
    if 10 in given.sizes:
        gain = mean["linear probe", 10] - mean["scratch", 10]
        verdicts.append(gain >= 0.10)
        print(f"at 10 per class the probe is {100 * gain:+.1f} points from scratch; the course says at least +10")
    if 100 in given.sizes:
        gain = mean["fine-tune", 100] - mean["scratch", 100]
        verdicts.append(gain >= 0)
        print(f"at 100 per class fine-tuning is {100 * gain:+.1f} points from scratch; the course says not below")
    print(f"{'all' if all(verdicts) else 'not all'} as the course says, in {time.perf_counter() - started:.0f} s")
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
