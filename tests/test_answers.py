"""The checks are tested themselves: by right answers in many styles, by wrong ones, and by mutants of right ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from course_lib.exercises import NOTEBOOKS, of_notebook
from course_lib.exercises.noun import Exercise, Function
from instructor import corpus, mutants

pytestmark = pytest.mark.filterwarnings("ignore")  # mutants divide by zero as they please

CORPUS = corpus.answers()
RIGHT = [answer for answer in CORPUS if answer.right]
WRONG = [answer for answer in CORPUS if not answer.right]
EXERCISES = [exercise for room in NOTEBOOKS for exercise in of_notebook(room).values()]
ALLOWED = corpus.allowed()


def named(answer: object) -> str:
    return getattr(answer, "name", str(answer))


@pytest.mark.parametrize("exercise", EXERCISES, ids=named)
def test_there_are_enough_answers_of_different_kinds(exercise: Exercise) -> None:
    right = sum(answer.exercise == exercise.name for answer in RIGHT)
    wrong = sum(answer.exercise == exercise.name for answer in WRONG)
    assert (right, wrong) >= ((3, 0) if isinstance(exercise, Function) else (2, 0))
    assert wrong >= (6 if isinstance(exercise, Function) else 4)


def test_every_answer_belongs_to_an_exercise() -> None:
    known = {exercise.name for exercise in EXERCISES}
    assert {answer.exercise for answer in CORPUS} == known
    assert {Path(name).parent.as_posix().replace("/", ".") for name in ALLOWED} <= known


@pytest.mark.parametrize("answer", RIGHT, ids=named)
def test_a_right_answer_passes_every_check(answer: corpus.Answer) -> None:
    for seed in (corpus.VISIBLE, *corpus.hidden(answer.exercise)):
        verdict = corpus.verdict(answer.exercise, answer.source, seed=seed)
        assert verdict.ok is True, (seed, verdict)
        assert not verdict.printed


@pytest.mark.parametrize("answer", WRONG, ids=named)
def test_a_wrong_answer_is_told_why_and_passes_no_check(answer: corpus.Answer) -> None:
    verdict = corpus.verdict(answer.exercise, answer.source, seconds=2)
    assert verdict.ok is not True
    assert answer.says in verdict.says
    if "does not end" in verdict.says:
        return  # nor will it with other seeds
    for seed in corpus.hidden(answer.exercise):
        assert corpus.verdict(answer.exercise, answer.source, seed=seed).ok is not True, seed


@pytest.mark.parametrize("answer", mutants.with_mutants(), ids=named)
def test_a_right_answer_with_one_small_fault_is_found_out(answer: corpus.Answer) -> None:
    left, made = mutants.survivors(answer)
    print(f"{made - len(left)} of {made} mutants killed")
    permitted = ALLOWED.get(answer.name, {})
    assert [change for change in left if change not in permitted] == [], "better cases, or a reason in allowed.toml"
    assert [change for change in permitted if change not in left] == [], "these are allowed to live, and do not"
    assert all(len(reason.split()) >= 4 for reason in permitted.values())


def test_mutants_differ_from_the_answer_in_one_place() -> None:
    source = "def answer(a, b):\n    c = a + 1\n    if a < b:\n        return -c\n    return c * b\n"
    changes = Counter(mutant.change for mutant in mutants.mutants(source))
    for change in ("a + 1 → a - 1", "1 → 2", "1 → 0", "a < b → a <= b", "a < b → a > b", "-c → +c", "c * b → c / b"):
        assert changes[change] == 1, change
    assert sum("without" in change for change in changes) == 4
    assert len({mutant.source for mutant in mutants.mutants(source)} - {source}) == sum(changes.values())


def test_a_mutant_that_changes_nothing_lives() -> None:
    answer = mutants.with_mutants()[0]
    assert mutants.lives(answer, mutants.Mutant("nothing", answer.source))
