"""The corpus of answers: instructor/answers/<notebook>/<exercise>/right_*.py and wrong_*.py, and how they are judged.

A file defines `answer` (and `because`, where a reason is asked for). A wrong one begins with the message that it has to
get: `# says: …`. The mutants of right answers that may live are in answers/allowed.toml, each with its reason.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from course_lib.exercises import of_notebook
from course_lib.exercises.judging import VISIBLE, judge
from course_lib.exercises.noun import Exercise, Function, Verdict
from course_lib.exercises.running import run

ANSWERS = Path(__file__).parent / "answers"
HIDDEN = range(1, 21)  # seeds; the visible cases are those of VISIBLE
SAYS = "# says: "


@dataclass(frozen=True)
class Answer:
    """One file of the corpus."""

    path: Path
    exercise: str
    right: bool

    @property
    def name(self) -> str:
        """Its place in the corpus, such as augmentation/mixup/right_torch.py."""
        return self.path.relative_to(ANSWERS).as_posix()

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def says(self) -> str:
        """What the verdict on a wrong answer has to contain; ValueError when the file does not say."""
        first = self.source.partition("\n")[0]
        if not first.startswith(SAYS):
            raise ValueError(f"{self.name} has to begin with {SAYS!r} and the message that it should get")
        return first.removeprefix(SAYS).strip()


def answers() -> list[Answer]:
    """The whole corpus, in the order of its names."""
    files = (path for kind in ("right", "wrong") for path in ANSWERS.glob(f"*/*/{kind}_*.py"))
    return [
        Answer(path, f"{path.parent.parent.name}.{path.parent.name}", path.name.startswith("right"))
        for path in sorted(files)
    ]


def exercise(name: str) -> Exercise:
    """The exercise called `name`; KeyError when its notebook has none of this name."""
    return of_notebook(name.partition(".")[0])[name]


def hidden(name: str) -> range:
    """The seeds of the hidden checks; none where the cases do not depend on a seed: a value is right or wrong."""
    return HIDDEN if isinstance(exercise(name), Function) else range(0)


def verdict(name: str, source: str, *, seed: int = VISIBLE, seconds: float = 10.0) -> Verdict:
    """The Verdict on the answer that `source` defines, which runs afresh."""
    space: dict[str, object] = {"__name__": "answer"}
    ran = run(lambda: exec(compile(source, "<answer>", "exec"), space), (), seconds)
    if ran.problem:
        return Verdict(name, False, ran.problem)
    return judge(exercise(name), space.get("answer"), seed=seed, seconds=seconds, because=space.get("because", ""))


def allowed() -> dict[str, dict[str, str]]:
    """By answer: which mutants may live, and why."""
    return tomllib.loads((ANSWERS / "allowed.toml").read_text(encoding="utf-8"))
