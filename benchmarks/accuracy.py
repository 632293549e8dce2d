"""Does the small network land where the course says? `python -m benchmarks.accuracy`

digits: test accuracy and seconds of `fit` for five seeds. critters: the same from scratch on 600 training images,
split by individual, and how many of the errors have a cause that is known to be hard.
"""

from __future__ import annotations

import argparse
import os
import time

from course_lib import datasets, evaluation, models, splits, training
from course_lib.datasets.critters import is_hard
from course_lib.evaluation import Report
from course_lib.splits import Split


def trained(split: Split, seed: int) -> tuple[Report, float]:
    """The Report of small_cnn on the test part, with the defaults of `fit`, and the seconds that `fit` took."""
    model = models.build("small_cnn", split.train, seed=seed)
    started = time.perf_counter()
    training.fit(model, split.train, split.val, seed=seed)
    seconds = time.perf_counter() - started
    return evaluation.evaluate(model, split.test), seconds


def main() -> None:
    """Print a line per data set and seed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    seeds = parser.parse_args().seeds
    os.environ.setdefault("TQDM_DISABLE", "1")

    digits = datasets.load("digits")
    for seed in seeds:
        report, seconds = trained(splits.make(digits, seed=seed), seed)
        print(
            f"digits   seed {seed}: test {report.accuracy:.1%} of {len(report.images)}, fit {seconds:.1f} s", flush=True
        )

    for seed in seeds:
        critters = datasets.load("critters", n=1800, seed=seed)
        split = splits.make(critters, val=1 / 9, test=5 / 9, seed=seed, by="group")
        report, seconds = trained(split, seed)
        hard = is_hard(split.test.facts).to_numpy()
        print(
            f"critters seed {seed}: test {report.accuracy:.1%} of {len(report.images)}, {len(split.train)} train, "
            f"fit {seconds:.1f} s; hard: {hard.mean():.0%} of images, {hard[report.wrong].mean():.0%} of errors",
            flush=True,
        )


if __name__ == "__main__":
    main()
