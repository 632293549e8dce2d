"""What does each architecture reach, and what does it cost? `python -m benchmarks.architectures`

critters (606 train images, split by individual) and digits, every network of the course from scratch with the defaults
of `fit`, three seeds each: test accuracy, seconds of `fit`, and its costs on this machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time

from course_lib import datasets, evaluation, models, splits, training
from course_lib.models import Classifier
from course_lib.splits import Split


def data(name: str, seed: int) -> Split:
    """The split that `benchmarks.accuracy` judges by."""
    if name == "digits":
        return splits.make(datasets.load("digits"), seed=seed)
    critters = datasets.load("critters", n=1800, seed=seed)
    return splits.make(critters, val=1 / 9, test=5 / 9, seed=seed, by="group")


def trained(network: str, split: Split, seed: int) -> tuple[Classifier, float, float]:
    """The model, its test accuracy (0…1), and the seconds that `fit` took."""
    model = models.build(network, split.train, seed=seed)
    started = time.perf_counter()
    training.fit(model, split.train, split.val, seed=seed)
    seconds = time.perf_counter() - started
    return model, evaluation.evaluate(model, split.test).accuracy, seconds


def main() -> int:
    """Print a line per data set and network; 1 if one of them is not what the course says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--networks", nargs="+", default=list(models.REGISTRY))
    given = parser.parse_args()
    os.environ.setdefault("TQDM_DISABLE", "1")
    kept = []
    for name in ("critters", "digits"):
        print(f"{name}: test accuracy, mean ± standard deviation over {len(given.seeds)} seeds")
        means, kinds = {}, {}
        for network in given.networks:
            found = [trained(network, data(name, seed), seed) for seed in given.seeds]
            accuracies = [accuracy for _, accuracy, _ in found]
            means[network], kinds[network] = statistics.mean(accuracies), found[0][0]
            spread, seconds = statistics.pstdev(accuracies), statistics.median(s for *_, s in found)
            print(f"  {network:14} {means[network]:.1%} ± {100 * spread:.1f}, fit {seconds:.1f} s", flush=True)
        print("  " + models.describe(kinds, accuracy=means).table.to_string().replace("\n", "\n  "))
        useful = [network for network in means if network not in ("linear", "plain_deep")]
        if name == "critters" and "linear" in means:
            kept += [means[network] > means["linear"] for network in useful]
        if name == "digits":
            kept += [means[network] >= 0.95 for network in useful]
    print("on critters all but plain_deep beat linear, on digits they reach 95 %:", "yes" if all(kept) else "no")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
