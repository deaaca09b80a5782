import pytest

from recolab.runs.notebooks.ranges import Range, range_of


@pytest.mark.parametrize(
    ("comment", "allowed", "inside", "outside"),
    [
        ("passes [1 to 10]", Range(1, 10), [1, 10, 2.5], [0, 11, -1, 0.999]),
        ("a share [0.05 to .5]", Range(0.05, 0.5), [0.05, 0.5], [0, 0.51]),
        ("a shift [-2 to -1e-3]", Range(-2, -0.001), [-2, -0.001], [-2.1, 0]),
        ("rows [1 or more]", Range(1), [1, 10**9, float("inf")], [0, -5]),
        ("rate [above 0]", Range(0, above=True), [1e-9, 1], [0, 0.0, -1]),
        ('loss [one of "bpr", "warp, too"]', Range(choices=("bpr", "warp, too")), ["bpr", "warp, too"], ["warp", ""]),
        ("size [one of 8, 16, 0.5]", Range(choices=(8, 16, 0.5)), [8, 16.0, 0.5], [4, "8"]),
        ("[ 2  to  3 ] ", Range(2, 3), [2, 3], [1]),
    ],
)
def test_each_form_says_what_is_inside(comment, allowed, inside, outside):
    assert range_of(comment) == allowed
    assert [value for value in inside if allowed.refuses(value)] == []
    assert [value for value in outside if not allowed.refuses(value)] == []


def test_a_range_of_a_list_is_that_of_its_elements():
    assert not Range(1, 8).refuses([1, 8, [4]])
    assert Range(1, 8).refuses([1, 9])
    assert Range(choices=("a",)).refuses(["a", "b"])
    assert not Range(1, 8).refuses([])


def test_none_lies_in_every_range():
    assert not any(allowed.refuses(None) for allowed in (Range(1), Range(0, above=True), Range(choices=("a",))))


@pytest.mark.parametrize("value", [True, "2"])
def test_a_range_of_numbers_refuses_what_is_no_number(value):
    assert Range(0, 3).refuses(value)


def test_true_is_no_choice_where_1_is():
    assert Range(choices=(1,)).refuses(True)


@pytest.mark.parametrize(
    "comment", ["", "no bracket", "[see cell 3]", "widths [2, 10]", "[1 to 10] passes", "[x to 3]", "[abovementioned]"]
)
def test_any_other_bracket_is_a_part_of_the_comment(comment):
    assert range_of(comment) is None


@pytest.mark.parametrize(
    "comment",
    [
        "passes [1 to x]",
        "[1 to 10",
        "[10 to 1]",
        "[1 or less]",
        "[above]",
        "[above zero]",
        "[one of bpr, warp]",
        "[one of]",
        "[one of None]",
        "[1 to 4 or so]",
    ],
)
def test_what_begins_like_a_range_and_is_none_is_said_to_be_none(comment):
    with pytest.raises(ValueError, match=r"which is no range: write \[1 to 10\]"):
        range_of(comment)


@pytest.mark.parametrize(
    "text", ["1 to 10", "0.5 to 2", "1 or more", "above 0", 'one of "bpr", "warp"', "one of 1, 0.5", 'one of "ä"']
)
def test_a_range_reads_as_it_was_written(text):
    assert str(range_of(f"[{text}]")) == text
