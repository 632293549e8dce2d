"""Results: cards side by side, the exact McNemar test on the same images, and what cannot be compared."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import results
from course_lib.card import Card

COUNT = st.integers(0, 60)
ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=80)


def record(name: str, right: str | None, fingerprint: str = "same", **more) -> dict:
    accuracy = right.count("1") / len(right) if right else None
    return {"card": name, "right": right, "fingerprint": fingerprint, "accuracy": accuracy, **more}


def bits(answers) -> str:
    return "".join("01"[right] for right in answers)


@pytest.mark.parametrize(
    ("only_left", "only_right", "p"),
    [(1, 9, 22 / 1024), (9, 1, 22 / 1024), (0, 0, 1.0), (5, 5, 1.0), (0, 6, 2 / 64), (1, 0, 1.0)],
)
def test_mcnemar_gives_the_exact_value(only_left, only_right, p):
    assert results.mcnemar(only_left, only_right) == pytest.approx(p)


@given(COUNT, COUNT)
def test_mcnemar_is_the_binomial_tail_doubled_and_the_same_from_both_sides(left, right):
    n = left + right
    tail = sum(comb(n, i) for i in range(min(left, right) + 1)) / 2**n
    assert results.mcnemar(left, right) == pytest.approx(min(1.0, 2 * tail))
    assert results.mcnemar(left, right) == pytest.approx(results.mcnemar(right, left))
    assert results.mcnemar(left, left) == 1.0


def test_holm_gives_the_published_values():
    assert results.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert results.holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_makes_a_p_smaller_keeps_their_order_and_stays_within_one(chances):
    corrected = results.holm(chances)
    assert all(p <= q <= 1 for p, q in zip(chances, corrected, strict=True))
    ranked = [q for _, q in sorted(zip(chances, corrected, strict=True))]
    assert ranked == sorted(ranked)


@given(ANSWERS)
def test_a_pair_counts_what_only_one_got_right_and_both_ways_agree(answers):
    one, other = (bits(side) for side in zip(*answers, strict=True))
    row = results.compare([record("one", one), record("other", other)]).pairs.iloc[0]
    back = results.compare([record("other", other), record("one", one)]).pairs.iloc[0]
    assert row.only_left - row.only_right == one.count("1") - other.count("1")
    assert (row.p, row.verdict) == (pytest.approx(back.p), back.verdict)
    assert (row.verdict == "within the noise") == (row.p >= results.NOISE)


def test_the_better_one_is_named_and_twins_are_within_the_noise():
    good, poor = "1" * 40, "0" * 12 + "1" * 28
    pairs = results.compare([record("good", good), record("poor", poor), record("good", good)]).pairs
    assert pairs.verdict.tolist() == ["good is better", "within the noise", "good (2) is better"]


def test_among_many_pairs_one_that_differs_by_luck_is_within_the_noise():
    one, other = "0" + "1" * 29, "1" + "0" * 9 + "1" * 20  # p = 0.0215
    alone = results.compare([record("one", one), record("other", other)])
    among = results.compare([record("one", one), record("other", other), record("third", one[::-1])])
    assert alone.pairs.verdict[0] == "one is better"
    assert among.pairs.p[0] == alone.pairs.p[0]
    assert among.pairs.verdict[0] == "within the noise"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (record("other", "1101", "elsewhere"), "not on the same images"),
        (record("other", "11011"), "not on the same images"),
        (record("other", None, None), "not known which images were right"),
    ],
)
def test_what_cannot_be_compared_says_why_and_has_no_p(other, says):
    pairs = results.compare([record("one", "1011"), other]).pairs
    assert pairs.verdict[0] == says
    assert pairs[["only_left", "only_right", "p", "p_holm"]].isna().all(axis=None)


def test_the_table_escapes_names_and_marks_what_is_measured():
    first = record("<b>", "1011", data="d", model="m", augmentation="none", val_accuracy=0.8, low=0.3, high=0.95)
    html = results.compare([first | {"macro_f1": 0.7, "images": 4}, record("begun", None)])._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert all(f'<td class="measured">{cell}</td>' in html for cell in ("75.0%", "80.0%", "30.0% to 95.0%", "0.700"))
    assert html.count('<td class="measured">–</td>') == 4  # of the begun card
    assert "Not known which images were right: &lt;b&gt; and begun." in html
    assert "nan" not in html.lower()


def test_the_pairs_are_shown_with_their_verdict():
    html = results.compare([record("one", "1" * 40), record("two", "0" * 12 + "1" * 28)])._repr_html_()
    assert 'class="measured">one is better</td>' in html
    assert '<td class="measured">12</td><td class="measured">0</td><td class="measured">under 0.001</td>' in html
    assert results.CAUTION in html


def test_nothing_to_compare_is_one_sentence():
    with pytest.raises(ValueError, match="needs at least one card"):
        results.compare([])


def card(title: str, right: str) -> Card:
    return Card(
        title,
        prediction={
            "images": len(right),
            "wrong": right.count("0"),
            "first": {"id": "a", "true": "x", "predicted": "x", "confidence": 0.9, "picture": "a.png"},
            "errors": [],
            "answers": {"images": "0123456789abcdef", "right": right},
        },
        pictures={"a.png": b"\x89PNG\r\n\x1a\n"},
        alts={"a.png": "An x"},
    )


def test_cards_folders_and_all_cards_below_a_folder_compare_alike(tmp_path):
    cards = {"a": card("one", "1" * 30), "b/c": card("two", "0" * 10 + "1" * 20)}
    for name, one in cards.items():
        one.save(tmp_path / name)
    expected = Card.compare(list(cards.values())).pairs
    assert expected.verdict[0] == "one is better"
    for given_ in (tmp_path, str(tmp_path), [tmp_path / name for name in cards], [cards["a"], tmp_path / "b" / "c"]):
        assert Card.compare(given_).pairs.equals(expected)
    assert repr(Card.compare(tmp_path)) == "Results(one, two; one and two: one is better)"


def test_a_damaged_card_among_the_others_is_named(tmp_path):
    card("one", "11").save(tmp_path / "a")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "card.json").write_text('{"format": 2')
    with pytest.raises(ValueError, match=r"b.card\.json is not part of a saved Card"):
        Card.compare(tmp_path)


def test_a_folder_without_a_card_and_what_is_no_card_are_one_sentence(tmp_path):
    with pytest.raises(ValueError, match=r"no card\.json in or below .*: give the folder that card\.save wrote"):
        Card.compare(tmp_path)
    with pytest.raises(ValueError, match=r"takes Cards and the folders of cards; got int"):
        Card.compare([card("one", "11"), 3])
    with pytest.raises(ValueError, match="needs at least one card"):
        Card.compare([])
