"""Run: what one training leaves behind: weights, history, how it was made, and where. Saved without pickle."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from torch import Tensor

from .files import write_atomically
from .models import Classifier, assemble

if TYPE_CHECKING:
    import pandas as pd

METRICS = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")


@dataclass(frozen=True, eq=False, repr=False)
class Run:
    """One training: the model with its best weights, and everything needed to say how it got them.

    model        the Classifier, holding the best weights
    history      DataFrame, a row per whole epoch: epoch, train_loss, val_loss, train_accuracy, val_accuracy,
                 lr, seconds. Train figures are means over the epoch, taken while the weights were still moving.
    best, last   weights by name, on the CPU: those of the epoch with the lowest validation loss, and the final ones
    config       what `fit` was given; environment: where it ran
    interrupted  True when the stop button ended it
    """

    model: Classifier
    history: pd.DataFrame
    best: dict[str, Tensor]
    last: dict[str, Tensor]
    config: dict
    environment: dict
    interrupted: bool = False

    @property
    def best_epoch(self) -> int:
        """The epoch, from 1, whose weights were kept; 0 if no epoch was finished."""
        return int(self.history.epoch[self.history.val_loss.argmin()]) if len(self.history) else 0

    @property
    def metrics(self) -> dict[str, float]:
        """Train and validation loss and accuracy (0…1) of the epoch that was kept; empty if none was finished."""
        if not self.best_epoch:
            return {}
        kept = self.history.iloc[self.best_epoch - 1]
        return {name: float(kept[name]) for name in METRICS}

    def save(self, folder: str | Path) -> Path:
        """Write weights (safetensors) and run.json into `folder`; killed halfway, an older Run there stays whole."""
        from safetensors.torch import save

        folder = Path(folder)
        tensors = {f"best.{k}": v for k, v in self.best.items()} | {f"last.{k}": v for k, v in self.last.items()}
        weights = f"weights-{_next_number(folder)}.safetensors"
        write_atomically(folder / weights, save({name: t.contiguous() for name, t in tensors.items()}))
        text = json.dumps(self._record() | {"weights": weights}, indent=1)
        write_atomically(folder / "run.json", text)  # from here on, the new weights are the ones that count
        for old in folder.glob("weights-*.safetensors"):
            if old.name != weights:
                old.unlink()
        return folder

    def _record(self) -> dict:
        return {
            "format": 1,
            "model": self.model.spec,
            "history": self.history.to_dict("list"),
            "config": self.config,
            "environment": self.environment,
            "interrupted": self.interrupted,
        }

    @staticmethod
    def load(folder: str | Path) -> Run:
        """The Run that `save` wrote into `folder`, on the CPU; ValueError naming the file that is not a Run's."""
        import pandas as pd
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        path = Path(folder) / "run.json"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            path = path.with_name(record["weights"])
            tensors = load_file(path)
            model = assemble(**record["model"])
            best, last = ({k[5:]: t for k, t in tensors.items() if k.startswith(part)} for part in ("best.", "last."))
            model.load_state_dict(best)
            model.eval()
            history = pd.DataFrame(record["history"])
            return Run(model, history, best, last, record["config"], record["environment"], record["interrupted"])
        except (OSError, KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as problem:
            raise ValueError(
                f"{path} is not part of a saved Run ({type(problem).__name__}: {problem}): "
                "give the folder that run.save wrote"
            ) from problem

    def __repr__(self) -> str:
        state = ", interrupted" if self.interrupted else ""
        return f"Run({self.config['model']} on {self.config['data']}, seed {self.config['seed']}{state})"

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{name.replace('_', ' ')}</th>" for name in self.metrics)
        cells = "".join(f'<td class="measured">{value:.3f}</td>' for value in self.metrics.values())
        kept = (
            f'best of <span class="measured">{len(self.history)}</span> epochs: '
            f'<span class="measured">{self.best_epoch}</span>'
        )
        return f"<div>{escape(repr(self))}, {kept}<table><tr>{heads}</tr><tr>{cells}</tr></table></div>"


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Several runs side by side: the table of what they were given and what came of it; `plots.compare` overlays them.

    runs  by the names that the table and the figure call them
    """

    runs: dict[str, Run]

    @property
    def table(self) -> pd.DataFrame:
        """A row per run: the settings in which they differ, then epochs, the epoch kept, its metrics, seconds."""
        import pandas as pd

        configs = [run.config for run in self.runs.values()]
        settings = [key for key in configs[0] if len({str(config.get(key)) for config in configs}) > 1]
        rows = [
            {key: run.config.get(key) for key in settings if key != "epochs"}
            | {"epochs": len(run.history), "kept": run.best_epoch}
            | run.metrics
            | {"seconds": run.history["seconds"].sum()}
            for run in self.runs.values()
        ]
        return pd.DataFrame(rows, index=pd.Index(self.runs, name="run"))

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.runs)})"

    def _repr_html_(self) -> str:
        measured = {"kept": "{:d}", "seconds": "{:.1f}"} | dict.fromkeys(METRICS, "{:.3f}")
        table = self.table
        head = "".join(f"<th>{escape(name.replace('_', ' '))}</th>" for name in ("run", *table.columns))
        rows = ""
        for name, row in zip(table.index, table.to_dict("records"), strict=True):
            cells = "".join(
                f'<td class="measured">{measured[key].format(value)}</td>'
                if key in measured
                else f"<td>{escape(_setting(value))}</td>"
                for key, value in row.items()
            )
            rows += f"<tr><td>{escape(str(name))}</td>{cells}</tr>"
        return f"<table><tr>{head}</tr>{rows}</table>"


def _setting(value: object) -> str:
    """A setting as a cell: a number without its noughts, a policy as its steps."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {part:g}" for name, part in value.items()) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def compare(runs: Mapping[str, Run] | Sequence[Run]) -> Comparison:
    """The Comparison of several runs, by name or in order; ValueError when there is none, or one that is no Run."""
    named = dict(runs) if isinstance(runs, Mapping) else {f"{i} · {run!r}": run for i, run in enumerate(runs, 1)}
    wrong = [type(run).__name__ for run in named.values() if not isinstance(run, Run)]
    if wrong or not named:
        got = f"got {wrong[0]}" if wrong else "got none"
        raise ValueError(
            f"compare takes the runs that fit returned, as a dict by name or a list; {got}: give a Run each"
        )
    return Comparison(named)


def _next_number(folder: Path) -> int:
    taken = [int(p.stem.split("-")[1]) for p in folder.glob("weights-*.safetensors") if p.stem[8:].isdigit()]
    return max(taken, default=0) + 1
