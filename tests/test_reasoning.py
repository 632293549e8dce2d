"""The check of reasoning: right, wrong and missing answers are told apart, and none is given away."""

from __future__ import annotations

import pytest

from course_lib import reasoning
from course_lib.reasoning import SETS, check

QUESTIONS = [(name, question) for name, (_, questions) in SETS.items() for question in questions]


def said(name: str, question: str, answer: str) -> tuple[bool | None, str]:
    return next((right, words) for asked, _, right, words in check(name, {question: answer}).rows if asked == question)


def test_the_chapters_outputs_and_failure_modes_are_each_asked_once():
    for name, options in (("output", reasoning.OUTPUTS), ("failure", reasoning.FAILURE_MODES)):
        assert sorted(answer for answer, _ in SETS[name][1].values()) == sorted(options)


@pytest.mark.parametrize("name, question", QUESTIONS)
def test_of_all_options_exactly_the_right_one_passes(name, question):
    options, questions = SETS[name]
    passed = [option for option in options if said(name, question, option)[0]]
    assert passed == [questions[question][0]]


@pytest.mark.parametrize("name, question", QUESTIONS)
def test_a_wrong_answer_is_not_told_the_right_one(name, question):
    options, questions = SETS[name]
    answer = questions[question][0]
    for wrong in {*options} - {answer}:
        assert answer not in said(name, question, wrong)[1]


def test_nothing_answered_is_not_wrong():
    answers = check("output", {})
    assert all(right is None for _, _, right, _ in answers.rows) and not answers.ok
    assert "not attempted yet" in answers._repr_html_()


def test_case_and_spaces_do_not_matter_and_a_slip_is_told_the_option_it_is_near():
    question = "Which pixels belong to the road?"
    assert said("output", question, " Mask ")[0]
    assert said("output", question, "maks") == (False, "did you mean 'mask'?")
    assert "choose one of" in said("output", question, "42")[1]


def test_all_right_is_ok():
    assert check("failure", {question: answer for question, (answer, _) in SETS["failure"][1].items()}).ok


def test_an_unknown_question_or_set_is_refused_by_name():
    with pytest.raises(ValueError, match="no set of questions called 'outputs'"):
        check("outputs", {})
    with pytest.raises(ValueError, match="no question called"):
        check("output", {"What?": "mask"})
