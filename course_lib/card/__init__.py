"""Card: the noun at the end of the street. Five fields of plain values, pictures, and how they are kept on disk."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from .. import results
from ..files import copy_aside, write_atomically
from ..results import Results
from . import passing, shape
from .passing import PassCheck

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
WORDS = ("sentence", "explanations", "sorting")  # what a student has put into it
FORMAT = 2  # 1 had no explanations and no sorting, and did not say how a failure was looked for
READABLE = (1, 2)


@dataclass(frozen=True, repr=False)
class Card:
    """The evidence card: of each field only plain values (what JSON can hold), empty when not there yet.

    dataset_split    images per class and part, and the rule that cut them
    prediction       one image with label and confidence, the wrong examples, and which test images were right
    metric           train, val and test figures, per class, confusion matrix
    failure_check    which failures were looked for, what was found, and how
    expected_output  the row for the model result table, and the saved error examples
    sentence         the student's own sentence on a failure image
    explanations     failure images explained: the cause named, why, whether it holds, and the pictures that prove it
    sorting          the wrong images sorted by cause: counts by cause, and the cause of each image by its id
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
    explanations: list = field(default_factory=list)
    sorting: dict = field(default_factory=dict)
    practice: dict = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    alts: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """What is not on the card yet and how to get it there; empty when it is complete."""
        absent = [f"{name} ({NEEDS[key]})" for key, name in FIELDS.items() if not getattr(self, key)]
        if self.prediction and not self.prediction["errors"]:
            absent.append("a misclassified image (this part has none: judge on more images)")
        if not self.sentence.strip() and not self.explanations:
            absent.append("your sentence on a failure image (card.explain)")
        unanswered = [step for step, output in self.practice.items() if not output["answer"]]
        return absent + [f"your answer to the question of the step {step}" for step in unanswered]

    def check(self) -> PassCheck:
        """The chapter's pass check: a minimal classifier run, its metrics shown, at least one failure explained.

        An explanation counts when it holds; where that cannot be checked, when the student gave a figure as evidence.
        """
        return passing.check(self)

    def explain(self, sentence: str) -> Card:
        """This card with the student's sentence on a failure image; ValueError if it says nothing."""
        if not sentence.strip():
            raise ValueError("the sentence on a failure image is empty: say which image, and why it went wrong")
        return replace(self, sentence=sentence.strip())

    @staticmethod
    def compare(cards: Sequence[Card | str | Path] | str | Path) -> Results:
        """The model result table over `cards`: Cards or their folders, or one folder with all cards in or below it.

        It says of every two on the same test images whether they differ by more than luck. Raises ValueError naming
        a card that is damaged, a folder without one, and what is neither a Card nor a folder.
        """
        cards = [cards] if isinstance(cards, Card) else cards
        given = _folders_below(cards) if isinstance(cards, str | Path) else list(cards)
        wrong = [type(card).__name__ for card in given if not isinstance(card, Card | str | Path)]
        if wrong:
            raise ValueError(f"Card.compare takes Cards and the folders of cards; got {wrong[0]}: give one of these")
        loaded = [card if isinstance(card, Card) else Card.load(card) for card in given]
        return results.compare([card._result() for card in loaded])

    def _result(self) -> dict:
        """What `results.compare` takes; None where it is not on the card."""
        row, answers = self.expected_output.get("result", {}), self.prediction.get("answers", {})
        return {
            "card": self.title,
            "data": row.get("data", self.dataset_split.get("data")),
            "model": row.get("model"),
            "augmentation": row.get("augmentation"),
            "val_accuracy": self.metric.get("train_val", {}).get("val_accuracy"),
            **self.metric.get("test", {}),
            "images": self.prediction.get("images"),
            "fingerprint": answers.get("images"),
            "right": answers.get("right"),
        }

    def html(self) -> str:
        """The card as one self-contained page; whatever comes from data or people is escaped."""
        from jinja2 import Environment, PackageLoader

        page = Environment(loader=PackageLoader("course_lib"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
        pictures = {name: base64.b64encode(content).decode() for name, content in self.pictures.items()}
        return page.get_template("card.html").render(card=self, fields=FIELDS, pictures=pictures, passed=self.check())

    def save(self, folder: str | Path) -> Path:
        """Write the pictures, results.csv (a row more), card.json and card.html into `folder`; return card.html.

        Every file is written beside and renamed, and pictures get new names on every card: killed at any point, each
        file is the old one or the new one, whole. Pictures and rows of earlier cards stay, and so does the practice
        of steps that this card does not have. An earlier card with a sentence, explanations or a sorting that this one
        lacks is kept as card-earlier-1.json and so on. Raises ValueError if the card.json that is there is damaged.
        """
        folder, whole = Path(folder), self
        if (folder / "card.json").exists():
            earlier = Card.load(folder)
            whole = self._with_practice_of(earlier)
            if any(getattr(earlier, words) and not getattr(self, words) for words in WORDS):
                copy_aside(folder / "card.json")
        for name, content in whole.pictures.items():
            write_atomically(_inside(folder, name), content)
        kept = ("title", *FIELDS, "sentence", "explanations", "sorting", "practice")
        record = {key: getattr(whole, key) for key in kept} | {"format": FORMAT, "alts": dict(whole.alts)}
        write_atomically(folder / "card.json", json.dumps(record, indent=1, ensure_ascii=False))
        write_atomically(folder / "card.html", whole.html())
        if self.expected_output:
            results.add_row(folder / "results.csv", self.expected_output["result"])
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
        if not path.exists():
            raise ValueError(f"there is no card.json in {folder}: give the folder that card.save wrote")
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if not isinstance(record, dict) or "format" not in record:
                raise ValueError("it is no card: it does not say its format")
            if record.pop("format") not in READABLE:
                raise ValueError("it was written by another version of course_lib")
            shape.check(record)
            pictures = {}
            for name in record["alts"]:
                path = _inside(Path(folder), name)
                pictures[name] = _png(path.read_bytes())
            return Card(**record, pictures=pictures)
        except (OSError, ValueError, RecursionError) as problem:
            raise ValueError(
                f"{path} is not part of a saved Card ({type(problem).__name__}: {problem}): "
                "give the folder that card.save wrote, or rename the file to begin anew"
            ) from problem

    def __repr__(self) -> str:
        return f"Card({self.title!r}, {'missing ' + '; '.join(self.missing) if self.missing else 'complete'})"

    def _repr_html_(self) -> str:
        # A frame of its own: the page's style must not leak into the notebook, nor the notebook's into the page.
        return (
            f'<iframe title="Evidence card: {escape(self.title)}" srcdoc="{escape(self.html())}" '
            'style="width:100%;height:760px;border:1px solid #8886;border-radius:8px" sandbox></iframe>'
        )


def _folders_below(folder: str | Path) -> list[Path]:
    """Every folder with a card in or below `folder`, sorted; ValueError when there is none."""
    found = sorted(path.parent for path in Path(folder).rglob("card.json"))
    if not found:
        raise ValueError(f"there is no card.json in or below {folder}: give the folder that card.save wrote")
    return found


def _inside(folder: Path, name: str) -> Path:
    """The path of `name` in `folder`; a card from somebody else must not reach files outside it."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"it names {name!r}, outside its folder")
    return path


def _png(content: bytes) -> bytes:
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError("it is no PNG picture")
    return content
