"""The check of reasoning: three sets of questions on what a task gives, what evidence is, and how vision fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape

from .names import pick

OUTPUTS = ("class label", "bounding box", "mask", "OCR text", "embedding", "video event")
PARTS_OF_EVIDENCE = ("an artifact", "a metric or an error note", "nothing")
FAILURE_MODES = ("class confusion", "missed object", "bad mask", "lighting shift", "domain shift", "weak annotation")

# question → (answer, why), by the name of the set; the options of a set are the same for all of its questions
Questions = Mapping[str, tuple[str, str]]
SETS: dict[str, tuple[tuple[str, ...], Questions]] = {
    "output": (
        OUTPUTS,
        {
            "Is this a photo of a cat, a dog or a panda?": ("class label", "One name for the whole image."),
            "Where in the photo is each dog?": ("bounding box", "A rectangle around each object, with its name."),
            "Which pixels belong to the road?": ("mask", "A decision for every pixel."),
            "What does the street sign say?": ("OCR text", "Characters, read from the image."),
            "Which other photos look like this one?": (
                "embedding",
                "A list of numbers that lies near those of the like.",
            ),
            "When in the film does the ball cross the line?": ("video event", "A time, or from when to when."),
        },
    ),
    "evidence": (
        PARTS_OF_EVIDENCE,
        {
            "Test accuracy is 0.93, from 0.90 to 0.95.": ("an artifact", "Nobody can look at a number."),
            "A photo with a box drawn around each dog.": (
                "a metric or an error note",
                "Neither a number nor a note says how good it is.",
            ),
            "The mask laid over the photo, and the note: it misses the ears.": (
                "nothing",
                "A picture and an honest note on its error are evidence.",
            ),
            "The confusion matrix as a figure, and macro-F1.": ("nothing", "A picture and a metric."),
        },
    ),
    "failure": (
        FAILURE_MODES,
        {
            "Dogs with pricked ears are called cats.": ("class confusion", "One class takes the images of another."),
            "Five people in the photo, four boxes.": ("missed object", "It is there, and not found."),
            "The mask of the cat covers the cushion too.": ("bad mask", "The object is found, its edge is not."),
            "By day all is well, at dusk half is wrong.": ("lighting shift", "Only the light is another."),
            "Trained on drawings, tried on photos.": ("domain shift", "The images are made in another way."),
            "Two people labelled the same photos differently.": (
                "weak annotation",
                "The labels themselves cannot be relied on.",
            ),
        },
    ),
}


@dataclass(frozen=True, repr=False)
class Answers:
    """One set of questions with what was answered: for each (question, answer, True, False or None, what to say)."""

    rows: tuple[tuple[str, str, bool | None, str], ...]

    @property
    def ok(self) -> bool:
        """True when every question is answered rightly."""
        return all(right for _, _, right, _ in self.rows)

    def __repr__(self) -> str:
        return f"Answers({sum(bool(right) for _, _, right, _ in self.rows)} of {len(self.rows)} right)"

    def _repr_html_(self) -> str:
        left = 'style="text-align:left"'
        rows = "".join(
            f"<tr><td {left}>{'·' if right is None else '✓' if right else '✗'} {escape(question)}</td>"
            f"<td {left}>{escape(answer)}</td><td {left}>{escape(said)}</td></tr>"
            for question, answer, right, said in self.rows
        )
        return f"<table>{rows}</table>"


def check(name: str, answers: Mapping[str, str]) -> Answers:
    """Whether `answers`, by question, are right; `name` is one of SETS. An empty answer is not attempted yet.

    A wrong answer is told what its question asks, not what the right one is. Raises ValueError for an unknown set or
    question.
    """
    options, questions = pick(SETS, name, "set of questions")
    for question in answers:
        pick(questions, question, "question")
    return Answers(tuple((q, *_judged(str(answers.get(q) or "").strip(), *questions[q], options)) for q in questions))


def _judged(given: str, answer: str, why: str, options: tuple[str, ...]) -> tuple[str, bool | None, str]:
    if not given:
        return given, None, "not attempted yet"
    if given.lower() == answer.lower():
        return given, True, why
    if given.lower() not in (option.lower() for option in options):
        near = get_close_matches(given, options, n=1)
        return given, False, f"did you mean {near[0]!r}?" if near else f"choose one of: {', '.join(options)}"
    return given, False, _HINTS[options]


_HINTS = {
    OUTPUTS: "What would you draw or write next to the image?",
    PARTS_OF_EVIDENCE: "Is there something to look at? Is there a number, or a note on what goes wrong?",
    FAILURE_MODES: "What differs: class, objects found, edge, light, the kind of image, or the labels?",
}
