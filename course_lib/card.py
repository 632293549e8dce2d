"""Card: the noun at the end of the street. Five fields of plain values, pictures, and how they are kept on disk."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from .files import write_atomically

FIELDS = {
    "dataset_split": "dataset split",
    "prediction": "prediction",
    "metric": "metric",
    "failure_check": "failure check",
    "expected_output": "expected output",
}
NEEDS = {
    "dataset_split": "give the split",
    "prediction": "give a report on the test part",
    "metric": "give the run and a report on the test part",
    "failure_check": "give the split, its audit and the run",
    "expected_output": "give the split, the run and a report on the test part",
}
# The chapter's three steps and what each asks of the student.
STEPS = {
    "augmentation": "Which changes keep the class, and which create a risk?",
    "architectures": "What do the feature extractor, the head and a pretrained backbone each do?",
    "training": "What do split, loss, accuracy, overfitting and the wrong images say about this training?",
}
FORMAT = 1


@dataclass(frozen=True, repr=False)
class Card:
    """The evidence card: of each field only plain values (what JSON can hold), empty when not there yet.

    dataset_split    images per class and part, and the rule that cut them
    prediction       one image with label and confidence, and the wrong examples
    metric           train, val and test figures, per class, confusion matrix
    failure_check    which failures were looked for, and what was found
    expected_output  the row for the model result table, and the saved error examples
    sentence         the student's own explanation of a failure image
    practice         what the student made in the three steps: step → question, answer, names of pictures
    pictures         PNG files by name: figures and wrong examples; alts: what each of them shows, by the same names
    """

    title: str
    dataset_split: dict = field(default_factory=dict)
    prediction: dict = field(default_factory=dict)
    metric: dict = field(default_factory=dict)
    failure_check: dict = field(default_factory=dict)
    expected_output: dict = field(default_factory=dict)
    sentence: str = ""
    practice: dict = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    alts: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """What is not on the card yet and how to get it there; empty when it is complete."""
        absent = [f"{name} ({NEEDS[key]})" for key, name in FIELDS.items() if not getattr(self, key)]
        if self.prediction and not self.prediction["errors"]:
            absent.append("a misclassified image (this part has none: judge on more images)")
        if not self.sentence.strip():
            absent.append("your sentence on a failure image (card.explain)")
        unanswered = [step for step, output in self.practice.items() if not output["answer"]]
        return absent + [f"your answer to the question of the step {step}" for step in unanswered]

    def explain(self, sentence: str) -> Card:
        """This card with the student's sentence on a failure image; ValueError if it says nothing."""
        if not sentence.strip():
            raise ValueError("the sentence on a failure image is empty: say which image, and why it went wrong")
        return replace(self, sentence=sentence.strip())

    def html(self) -> str:
        """The card as one self-contained page; whatever comes from data or people is escaped."""
        from jinja2 import Environment, PackageLoader

        page = Environment(loader=PackageLoader("course_lib"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
        pictures = {name: base64.b64encode(content).decode() for name, content in self.pictures.items()}
        return page.get_template("card.html").render(card=self, fields=FIELDS, pictures=pictures)

    def save(self, folder: str | Path) -> Path:
        """Write the pictures, results.csv (a row more), card.json and card.html into `folder`; return card.html.

        Every file is written beside and renamed, and pictures get new names on every card: killed at any point, each
        file is the old one or the new one, whole. Pictures and rows of earlier cards stay, and so does the practice
        of steps that this card does not have.
        """
        folder = Path(folder)
        whole = self._with_practice_of(Card.load(folder)) if (folder / "card.json").exists() else self
        for name, content in whole.pictures.items():
            write_atomically(folder / name, content)
        record = {key: getattr(whole, key) for key in ("title", *FIELDS, "sentence", "practice")}
        record |= {"format": FORMAT, "alts": dict(whole.alts)}
        write_atomically(folder / "card.json", json.dumps(record, indent=1, ensure_ascii=False))
        write_atomically(folder / "card.html", whole.html())
        if self.expected_output:
            _add_row(folder / "results.csv", self.expected_output["result"])
        return folder / "card.html"

    def _with_practice_of(self, earlier: Card) -> Card:
        """This card with what `earlier` holds of other steps; a step that this one left unanswered keeps its answer."""
        steps = dict(earlier.practice)
        for step, output in self.practice.items():
            steps[step] = output | {"answer": output["answer"] or steps.get(step, output)["answer"]}
        kept = {name for output in steps.values() for name in output["pictures"]} & earlier.pictures.keys()
        pictures = {name: earlier.pictures[name] for name in kept} | dict(self.pictures)
        alts = {name: earlier.alts[name] for name in kept} | dict(self.alts)
        in_order = {step: steps[step] for step in STEPS if step in steps}
        return replace(self, practice=in_order, pictures=pictures, alts=alts)

    @staticmethod
    def load(folder: str | Path) -> Card:
        """The Card that `save` wrote into `folder`; ValueError naming the file that is damaged or not a card's."""
        path = Path(folder) / "card.json"
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record.pop("format") != FORMAT:
                raise ValueError("it was written by another version of course_lib")
            pictures = {}
            for name in record["alts"]:
                path = _inside(Path(folder), name)
                pictures[name] = path.read_bytes()
            return Card(**record, pictures=pictures)
        except (OSError, KeyError, TypeError, ValueError, AttributeError) as problem:
            raise ValueError(
                f"{path} is not part of a saved Card ({type(problem).__name__}: {problem}): "
                "give the folder that card.save wrote"
            ) from problem

    def __repr__(self) -> str:
        return f"Card({self.title!r}, {'missing ' + '; '.join(self.missing) if self.missing else 'complete'})"

    def _repr_html_(self) -> str:
        # A frame of its own: the page's style must not leak into the notebook, nor the notebook's into the page.
        return (
            f'<iframe title="Evidence card: {escape(self.title)}" srcdoc="{escape(self.html())}" '
            'style="width:100%;height:760px;border:1px solid #8886;border-radius:8px" sandbox></iframe>'
        )


def _inside(folder: Path, name: str) -> Path:
    """The path of `name` in `folder`; a card from somebody else must not reach files outside it."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"it names {name!r}, outside its folder")
    return path


def _add_row(path: Path, row: Mapping[str, object]) -> None:
    """Add `row` to the table at `path` unless it is there already; columns that either lacks stay empty."""
    row = {key: _plain(value) for key, value in row.items()}
    rows = []
    if path.exists():
        try:
            rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        except (UnicodeDecodeError, csv.Error) as problem:
            raise ValueError(f"{path} is no UTF-8 table ({problem}): rename it, and a new one is begun") from problem
    if any(row.items() <= old.items() for old in rows):
        return
    columns = list(dict.fromkeys(key for r in [*rows, row] for key in r))
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, columns, restval="")
    writer.writeheader()
    writer.writerows([*rows, row])
    write_atomically(path, table.getvalue())


def _plain(value: object) -> str:
    """A cell as text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
