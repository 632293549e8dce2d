"""Exercises: whatever an answer does, its check says why and goes on; the board keeps what was done."""

from __future__ import annotations

import ast
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from course_lib import exercises
from course_lib.exercises import board, check, hint, noun, progress, solution
from course_lib.exercises.comparing import NotPlain, difference, plain, unchanged
from course_lib.exercises.judging import fingerprint, judge
from course_lib.exercises.running import run
from instructor import build

WORDS = {"asks": "?", "shows": "It shows.", "hints": ("a", "b", "c"), "solution": "def double(x): return 2 * x"}


def doubles(generator: np.random.Generator):
    yield (torch.tensor([1, 2]),)
    yield (torch.from_numpy(generator.integers(3, 99, (2, 3))),)


DOUBLE = noun.function("augmentation.double", **WORDS, cases=doubles, expected=lambda x: np.asarray(x) * 2)
SHARE = noun.number(
    "augmentation.share", **WORDS, expected=0.25, tolerance=0.01, near="Nearly.", why={0.75: "The rest."}
)
ONE = noun.choice("augmentation.one", **WORDS, options=("hflip", "vflip"), expected="hflip", why={"vflip": "No."})
TWO = noun.choice("augmentation.two", **WORDS, options=("a", "b", "c"), expected={"a", "c"}, justify=True)
PAIR = noun.found("augmentation.pair", **WORDS, accepts=lambda pair: "" if sorted(pair) == [3, 7] else "Not these.")
OURS = {each.name: each for each in (DOUBLE, SHARE, ONE, TWO, PAIR)}


@pytest.fixture
def ours(monkeypatch, tmp_path) -> Path:
    """Only the exercises of this file, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(exercises, "NOTEBOOKS", {"augmentation": "02_augmentation"})
    monkeypatch.setattr(exercises, "of_notebook", lambda room: OURS)
    return tmp_path


# --- whatever an answer does


class Evil:
    """Equal to everything, an array of anything, and not to be shown."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __array__(self, *_, **__):
        return np.array([2, 4])

    def __repr__(self):
        raise SystemExit("no")

    __str__ = __float__ = __len__ = __bool__ = __iter__ = __getattr__ = __repr__


def kind(value: object) -> str:
    return value[:30] if type(value) is str else type(value).__name__


class EvilList(list):
    def __eq__(self, other):
        return True

    __hash__ = None


def raises(problem: BaseException | type) -> Callable:
    def answer(x):
        raise problem

    return answer


def recursive(x):
    return recursive(x)


def in_place(x):
    x *= 2
    return x


def loud(x):
    for i in range(100_000):
        print("line", i)
    return x


class Unspeakable(Exception):
    def __str__(self):
        raise KeyboardInterrupt


ANSWERS = [
    (raises(ValueError("bad\nluck")), "ValueError: bad luck"),
    (raises(SystemExit), "SystemExit"),
    (raises(KeyboardInterrupt), "KeyboardInterrupt"),
    (raises(GeneratorExit), "GeneratorExit"),
    (raises(Unspeakable()), "It stopped with"),
    (recursive, "calls itself without end"),
    (in_place, "It changed its input `x`"),
    (loud, "numbers differ"),
    (lambda: 1, "TypeError"),
    (lambda x: x * float("nan"), "NaN, not a number"),
    (lambda x: x / 0, "infinity"),
    (lambda x: x, "expected 2, got 1"),
    (lambda x: 2 * x.sum(), "it returns one number"),
    (lambda x: (2 * x)[None], "The shape should be [2], it is [1, 2]"),
    (lambda x: "2, 4", "it returns text"),
    (lambda x: {"a": x}, "it returns a dict"),
    (lambda x: [[1], [2, 3]], "it returns 2 values"),
    (lambda x: Evil(), "This is an Evil"),
    (lambda x: EvilList([5, 6]), "expected 2, got 5"),
    (lambda x: (i for i in x), "list(…)"),
    (lambda x: Evil, "This is a type"),
    (lambda x: np.zeros(10**7), "The shape should be [2]"),
    (lambda x: None if x.ndim == 1 else x * 2, "returns nothing"),
    (torch.tensor([2, 4]), "Give its name alone"),
    (3, "this is one number"),
    (Evil(), "this is an Evil"),
    (EvilList(), "A function is asked for"),
]


@pytest.mark.parametrize("answer, says", ANSWERS, ids=kind)
def test_a_wrong_answer_is_told_why_and_nothing_is_raised(answer, says, ours, capsys) -> None:
    verdict = check("augmentation.double", answer)
    assert verdict.ok is False
    assert says in verdict.says
    assert len(repr(verdict)) < 3000
    assert len(verdict._repr_html_()) < 5000
    assert capsys.readouterr() == ("", "")
    for name in ("share", "one", "two", "pair"):
        assert check(f"augmentation.{name}", answer).ok is not True


@pytest.mark.parametrize(
    "answer",
    [
        lambda x: x * 2,
        lambda x: (np.asarray(x) * 2).astype(np.float32),
        lambda x: (
            [[2 * item for item in row] for row in x.tolist()] if x.ndim > 1 else [2 * item for item in x.tolist()]
        ),
        lambda x: pd.DataFrame(np.atleast_2d(x.numpy()) * 2) if x.ndim > 1 else pd.Series(x.numpy() * 2),
        lambda x: tuple(x * 2),
        torch.nn.Linear(1, 1).double and (lambda x: (x * 2.0).requires_grad_()),
    ],
)
def test_lists_arrays_tensors_and_tables_of_the_same_numbers_are_all_right(answer) -> None:
    verdict = judge(DOUBLE, answer)
    assert verdict.ok is True, verdict
    assert verdict.says == "It shows."


def nothing(x): ...


def passes(x):
    """Doubles."""
    pass


@pytest.mark.parametrize("answer", [None, ..., "", "  ", nothing, passes, lambda x: None, raises(NotImplementedError)])
def test_what_is_not_written_yet_is_not_attempted(answer, ours) -> None:
    verdict = check("augmentation.double", answer)
    assert verdict.ok is None
    assert verdict.says == "not attempted yet"
    assert not board.path().exists()


def test_a_forgotten_return_is_said() -> None:
    def answer(x):
        x = 2 * x

    verdict = judge(DOUBLE, answer)
    assert verdict.ok is None
    assert "`return`" in verdict.says


def test_the_smallest_failing_case_is_shown_in_text_and_html() -> None:
    verdict = judge(DOUBLE, lambda x: x * 2 if x.ndim == 1 else x)
    assert verdict.case.got.shape == (2, 3)
    for text in (repr(verdict), verdict._repr_html_()):
        assert all(name in text for name in ("x", "expected", "got", "int64 [2, 3]"))


def test_images_are_shown_as_pictures_with_alternative_text() -> None:
    def images(generator):
        yield (torch.arange(3 * 5 * 4, dtype=torch.uint8).view(1, 3, 5, 4),)

    flip = noun.function("a.flip", **WORDS, cases=images, expected=lambda images: images.numpy()[:, :, ::-1])
    shown = judge(flip, lambda images: images)._repr_html_()
    assert shown.count("<img alt=") == 3
    assert 'alt="expected, image 1' in shown


# --- running


@pytest.mark.parametrize("in_main", [True, False])
def test_endless_python_code_is_stopped_in_any_thread_also_when_it_catches_exceptions(in_main: bool) -> None:
    def stubborn():
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

    def once_more():
        try:
            while True:
                pass
        except BaseException:
            return 1

    found = []
    for endless in (stubborn, once_more):
        if in_main:
            found.append(run(endless, (), 0.2))
        else:
            thread = threading.Thread(target=lambda endless=endless: found.append(run(endless, (), 0.2)))
            thread.start()
            thread.join(5)
    assert len(found) == 2
    assert all("more than 0.2 seconds" in outcome.problem and outcome.value is None for outcome in found)
    assert all(outcome.seconds < 2 for outcome in found)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def test_a_sleep_is_cut_short_and_somebody_elses_alarm_goes_on() -> None:
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.4)
        assert "more than 0.1" in run(time.sleep, (30,), 0.1).problem
        assert not rang
        time.sleep(0.6)
        assert rang == [1]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_random_numbers_are_fixed_inside_and_go_on_outside_and_modes_are_put_back() -> None:
    def drawn() -> tuple:
        return torch.rand(1).item(), np.random.rand(), random.random()

    def careless() -> tuple:
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float64)
        sys.setrecursionlimit(5000)
        return torch.rand(1, dtype=torch.float32).item(), np.random.rand(), random.random()

    state, limit = (torch.get_rng_state(), np.random.get_state(), random.getstate()), sys.getrecursionlimit()
    wanted = drawn()
    torch.set_rng_state(state[0]), np.random.set_state(state[1]), random.setstate(state[2])
    assert run(careless).value == run(careless).value
    assert drawn() == wanted
    assert (torch.is_grad_enabled(), torch.get_default_dtype(), sys.getrecursionlimit()) == (True, torch.float32, limit)


def test_prints_are_caught_and_cut_and_the_failing_line_is_named(capsys) -> None:
    def talk():
        print("x" * 400)
        print("y" * 400, file=sys.stderr)
        raise ValueError("here")

    outcome = run(talk)
    assert len(outcome.printed) == 501
    assert 'in the line `raise ValueError("here")`' in outcome.problem
    assert capsys.readouterr() == ("", "")


# --- comparing

SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
NUMBERS = arrays.arrays(st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_]), SHAPES)


@given(NUMBERS)
def test_an_array_equals_itself_in_every_dress(array: np.ndarray) -> None:
    for dress in (array, torch.from_numpy(array), array.tolist(), array.copy(order="F")):
        assert difference(plain(dress), array) == ""
    assert unchanged(array, array.copy())


@given(NUMBERS.filter(lambda array: array.size > 0 and array.dtype != np.bool_), st.data())
def test_one_other_number_is_found(array: np.ndarray, data: st.DataObject) -> None:
    other = np.array(np.nan_to_num(array.astype(float)).clip(-1e6, 1e6))
    changed = other.copy()
    at = tuple(data.draw(st.integers(0, side - 1)) for side in array.shape)
    changed[at] += max(1.0, abs(changed[at]))
    assert "xpected" in difference(plain(changed), other)
    assert not unchanged(other, changed)


@pytest.mark.parametrize(
    "got, expected, says",
    [
        ({"cat": 1, "dog": 2}, {"dog": 2, "cat": 1}, ""),
        ({"cat": 1}, {"cat": 1, "dog": 2}, "'dog' is missing"),
        ({"cat": 1, "dog": 3}, {"cat": 1, "dog": 2}, "At the key 'dog': Expected 2, got 3"),
        ([3, 1], {1, 3}, ""),
        ({1, 4}, {1, 3}, "3 is missing"),
        ("cat", "dog", "Expected 'dog', got 'cat'"),
        (np.str_("dog"), "dog", ""),
        (["a", "b"], ["a", "b"], ""),
        (["a", "c"], ["a", "b"], "Value 2 of 2"),
        ([1, [2, 3]], (1, np.array([2, 3])), ""),
        ((1, 2, 3), (1, 2), "should return 2 values; it returns 3"),
        (np.uint8([250 + 3, 4]), np.uint8([253, 4]), ""),
        (np.uint8([4]), np.array([260.0]), "wraps around"),
        (10**400, 1.0, "infinity"),
        (1 / 3, 0.33, "Expected 0.33, got 0.33333"),
    ],
)
def test_differences_are_said_in_words(got: object, expected: object, says: str) -> None:
    assert says in difference(plain(got), expected)
    assert bool(says) == bool(difference(plain(got), expected))


def test_what_is_not_plain_is_named() -> None:
    for value in (object(), print, np.datetime64("2020"), iter([1])):
        with pytest.raises(NotPlain):
            plain(value)


# --- values


@pytest.mark.parametrize("answer", [0.25, "0.25", "0,25", "25 %", " 1/4 ", np.float32(0.25), torch.tensor([0.25])])
def test_a_number_may_be_written_in_many_ways(answer) -> None:
    assert judge(SHARE, answer).ok is True


@pytest.mark.parametrize(
    "answer, says",
    [
        (0.27, "Nearly."),
        (0.75, "The rest."),
        (0.9, "too high"),
        (-1, "too low"),
        (float("nan"), "NaN"),
        ("a third", "One number is asked for"),
        ("1/0", "One number is asked for"),
        ([0.25, 0.25], "One number is asked for"),
    ],
)
def test_a_wrong_number_is_told_why(answer, says: str) -> None:
    verdict = judge(SHARE, answer)
    assert verdict.ok is False
    assert says in verdict.says


@pytest.mark.parametrize(
    "exercise, answer, because, ok, says",
    [
        (ONE, "hflip", "", True, "It shows."),
        (ONE, " HFLIP", "", True, "It shows."),
        (ONE, "vflip", "", False, "No."),
        (ONE, "hflp", "", False, "did you mean 'hflip'?"),
        (ONE, ["hflip", "vflip"], "", False, "one option only"),
        (TWO, {"a", "c"}, "three words only", False, "4 different words"),
        (TWO, "c, a", "now there are four", True, "It shows."),
        (TWO, ["a"], "now there are four", False, "one more option"),
        (TWO, "a", Evil(), False, "one more option"),
        (PAIR, (7, 3), "", True, "It shows."),
        (PAIR, torch.tensor([3, 7]), "", True, "It shows."),
        (PAIR, {3, 7}, "", True, "It shows."),
        (PAIR, [3, 8], "", False, "Not these."),
        (PAIR, 3, "", False, "another form"),
        (PAIR, (..., ...), "", None, "not attempted yet"),
    ],
    ids=kind,
)
def test_choices_and_finds(exercise, answer, because, ok, says: str) -> None:
    verdict = judge(exercise, answer, because=because)
    assert verdict.ok is ok
    assert says in verdict.says


def test_a_check_that_fails_itself_says_so_and_stops_nobody() -> None:
    broken = noun.function("a.b", **WORDS, cases=doubles, expected=lambda x: 1 / 0)
    verdict = judge(broken, lambda x: x)
    assert verdict.ok is None
    assert "failed itself" in verdict.says


# --- names, hints, solutions


@pytest.mark.parametrize("name", ["augmentation.dubble", "nonsense", "", None, 3, lambda x: x, Evil()], ids=kind)
def test_an_unknown_name_is_said_and_not_raised(name, ours) -> None:
    for found in (check(name, 1), hint(name), solution(name)):
        assert repr(found) and found._repr_html_()
    assert check(name, 1).ok is None
    assert "did you mean 'augmentation.double'?" in check("augmentation.dubble", 1).says


def test_hints_come_one_by_one(ours) -> None:
    assert [hint("augmentation.double").texts for _ in range(4)] == [
        ("a",),
        ("a", "b"),
        ("a", "b", "c"),
        ("a", "b", "c"),
    ]
    assert "opens after" in repr(hint("augmentation.double"))


def test_the_solution_opens_after_three_different_attempts(ours) -> None:
    assert "3 more" in solution("augmentation.double").says
    for _ in range(3):
        check("augmentation.double", lambda x: x)
        check("augmentation.double", ...)
    assert "2 more" in solution("augmentation.double").says
    check("augmentation.double", lambda x: x + 1)
    assert not solution("augmentation.double").source
    check("augmentation.double", lambda x: x + 2)
    assert "return 2 * x" in solution("augmentation.double").source


def test_the_solution_opens_after_a_right_answer(ours) -> None:
    check("augmentation.share", 0.25)
    assert solution("augmentation.share").source


def test_the_same_answer_has_the_same_fingerprint_whatever_its_layout() -> None:
    one, two, three = {}, {}, {}
    exec("def f(x):\n    return [i + 1 for i in x]", one)
    exec("def f(x):\n\n    # a comment\n    return [i + 1\n        for i in x]", two)
    exec("def f(x):\n    return [i + 2 for i in x]", three)
    assert fingerprint(one["f"]) == fingerprint(two["f"]) != fingerprint(three["f"])
    assert fingerprint([1, 2]) == fingerprint(np.array([1, 2])) != fingerprint([2, 1])
    assert fingerprint(Evil()) == fingerprint(Evil())


# --- the board


def test_the_board_keeps_tries_and_the_first_right_answer(ours) -> None:
    for answer in (0.9, 0.9, 0.25, 0.8):
        check("augmentation.share", answer)
    hint("augmentation.share")
    line = next(line for line in progress().lines if line.exercise == "augmentation.share")
    assert (line.ok, line.tries, line.hints) == (True, 3, 1)
    assert line.first_ok
    assert repr(progress()) == "Board(1 of 5 exercises right)"
    assert "02_augmentation" in progress()._repr_html_()
    assert [path.name for path in (ours / "evidence").iterdir()] == ["progress.json"]


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"format": 2, "exercises": {}}',
        b'{"format": 1, "exercises": {"a": {}}}',
        b'{"format": 1, "exercises": {"augmentation.share": {"ok": 3, "attempts": 1, "hints": "", "first_ok": null}}}',
        b"[" * 100_000,
    ],
    ids=len,
)
def test_a_damaged_board_is_kept_aside_and_begun_anew(damage: bytes, ours) -> None:
    (ours / "evidence").mkdir()
    board.path().write_bytes(damage)
    verdict = check("augmentation.share", 0.25)
    assert verdict.ok is True
    assert "progress-earlier-1.json" in verdict.note
    assert (ours / "evidence" / "progress-earlier-1.json").read_bytes() == damage
    assert progress().done == 1
    assert not progress().note


def test_where_nothing_can_be_written_the_board_lasts_as_long_as_the_kernel(ours, monkeypatch) -> None:
    (ours / "evidence").write_text("a file where the folder should be")
    assert "cannot be" in check("augmentation.share", 0.25).note
    assert progress().done == 1
    assert "cannot be" in progress().note


def test_a_kernel_that_dies_while_writing_leaves_the_old_board(ours, monkeypatch) -> None:
    check("augmentation.share", 0.9)
    before = board.path().read_bytes()

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", die)
    with pytest.raises(KeyboardInterrupt):
        check("augmentation.share", 0.25)
    assert board.path().read_bytes() == before
    assert len(list((ours / "evidence").iterdir())) == 1


def test_the_board_is_exported_as_json_and_html_and_not_over_itself(ours) -> None:
    check("augmentation.share", 0.25)
    found = json.loads(progress().save("progress.json").read_text(encoding="utf-8"))
    assert (found["right"], found["of"]) == (1, 5)
    page = progress().save(ours / "progress.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "augmentation.share" in page
    for wrong in ("progress.txt", "evidence/progress.json"):
        with pytest.raises(ValueError, match="board"):
            progress().save(wrong)


def test_the_pass_check_of_a_card_is_on_the_board_whatever_the_card(ours) -> None:
    from course_lib.card import Card

    Card("mine").save("evidence/mine")
    (ours / "evidence" / "broken").mkdir()
    (ours / "evidence" / "broken" / "card.json").write_text("{")
    shown = progress()._repr_html_()
    assert "evidence/mine ✗ missing: a minimal classifier run" in shown
    assert "evidence/broken · cannot be read" in shown


def test_an_untouched_board_shows_no_time(ours) -> None:
    assert 'class="measured"></td>' in progress()._repr_html_()
    assert "202" not in repr(progress()) + progress()._repr_html_()


# --- the lessons

ROOMS = {room: exercises.of_notebook(room) for room in exercises.NOTEBOOKS}
ALL = [exercise for room in ROOMS.values() for exercise in room.values()]


@pytest.mark.parametrize("room", ROOMS)
def test_each_notebook_has_three_to_six_exercises_all_checked_in_their_order(room: str) -> None:
    cells = build.from_source(build.LESSONS / f"{exercises.NOTEBOOKS[room]}.py").cells
    calls = [call for cell in cells if cell.cell_type == "code" for call in _checks(cell.source)]
    assert 3 <= len(ROOMS[room]) <= 6
    assert [ast.literal_eval(call.args[0]) for call in calls] == list(ROOMS[room])
    assert any(cell.source == "progress()" for cell in cells)


def test_all_four_kinds_occur() -> None:
    assert {type(exercise) for exercise in ALL} == {noun.Function, noun.Number, noun.Choice, noun.Found}


def _checks(source: str) -> list[ast.Call]:
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "check"]


def _imports(cells) -> str:
    nodes = [node for cell in cells if cell.cell_type == "code" for node in ast.parse(cell.source).body]
    return "\n".join(ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))


@pytest.mark.parametrize("room", ROOMS)
def test_the_lessons_own_functions_are_right_and_the_untouched_ones_not_attempted(room: str) -> None:
    source = build.LESSONS / f"{exercises.NOTEBOOKS[room]}.py"
    for notebook, ok in ((build.solved(source), True), (build.from_source(source), None)):
        space: dict[str, object] = {}
        exec(_imports(notebook.cells), space)
        code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
        written = {node.name: node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)}
        for call in _checks(code):
            exercise = ROOMS[room][ast.literal_eval(call.args[0])]
            if isinstance(exercise, noun.Function):
                exec(ast.unparse(written[call.args[1].id]), space)
                verdict = judge(exercise, space[call.args[1].id])
                assert verdict.ok is ok, verdict


@pytest.mark.parametrize(
    "exercise", [each for each in ALL if isinstance(each, noun.Function)], ids=lambda each: each.name
)
def test_the_worked_solution_is_right(exercise: noun.Function) -> None:
    space: dict[str, object] = {"torch": torch, "np": np}
    exec(exercise.solution, space)
    verdict = judge(exercise, [value for value in space.values() if callable(value) and value is not torch][-1])
    assert verdict.ok is True, verdict


@pytest.mark.parametrize("exercise", ALL, ids=lambda each: each.name)
def test_every_exercise_says_in_sentences_what_it_asks_and_shows(exercise: noun.Exercise) -> None:
    for text in (exercise.shows, *exercise.hints):
        assert 20 < len(text) < 400
    assert len({exercise.asks, exercise.shows, *exercise.hints}) == 5
