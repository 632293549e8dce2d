"""expect: a stable line inside the range, an error outside."""

import pytest

from course_lib import expect


def test_inside_the_range_the_line_does_not_depend_on_the_value(capsys):
    expect("accuracy", 0.951, 0.9, 1.0)
    expect("accuracy", 0.999, 0.9, 1.0)
    first, second = capsys.readouterr().out.splitlines()
    assert first == second == "✓ accuracy: between 0.9 and 1, as the text says"


@pytest.mark.parametrize("value", [0.89, 1.01, float("nan")])
def test_outside_the_range_it_raises_and_says_the_value(value):
    with pytest.raises(AssertionError, match=f"accuracy is {value:.4g}, the text expects 0.9 to 1"):
        expect("accuracy", value, 0.9, 1.0)


def test_a_range_upside_down_is_refused():
    with pytest.raises(ValueError, match="low to high; got 1 to 0"):
        expect("accuracy", 0.5, 1, 0)
