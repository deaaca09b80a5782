import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs import Range
from recolab.runs.notebooks.parameters import fitted

CELL = """\
# what the lesson can be run with
epochs: int = 10  # passes over the data
rate = 1e-3
plain = True  # no biases
data: str = "auto"  # a name, or "a # b"
limit: int | None = None  # rows; None for all
layers: list[int] = [32, 16]
"""


def test_the_parameters_cell_is_listed_with_types_defaults_and_comments(make_notebook):
    listed = runs.parameters(make_notebook(CELL, "1 + 1"))
    assert [(known.name, known.type_name, known.default) for known in listed] == [
        ("epochs", "int", 10),
        ("rate", "float", 0.001),
        ("plain", "bool", True),
        ("data", "str", "auto"),
        ("limit", "int | None", None),
        ("layers", "list[int]", [32, 16]),
    ]
    assert [known.comment for known in listed] == [
        "passes over the data",
        "",
        "no biases",
        'a name, or "a # b"',
        "rows; None for all",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("epochs", "5", 5),
        ("epochs", 5, 5),
        ("rate", "1", 1.0),
        ("rate", 2, 2.0),
        ("plain", "false", False),
        ("plain", "True", True),
        ("data", "42", "42"),
        ("data", "None", "None"),
        ("data", "'quoted'", "'quoted'"),
        ("limit", "None", None),
        ("limit", "-7", -7),
        ("layers", "[8]", [8]),
        ("layers", "8, 4", [8, 4]),
        ("layers", (8, 4), [8, 4]),
    ],
)
def test_values_become_what_the_parameter_is(make_notebook, name, given, expected):
    path = make_notebook(CELL)
    value = fitted(runs.parameters(path), {name: given}, path)[name]
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("epochs", "5.5"),
        ("epochs", 5.0),
        ("epochs", True),
        ("epochs", None),
        ("epochs", "five"),
        ("epochs", "__import__('os')"),
        ("rate", "nan"),
        ("rate", float("inf")),
        ("plain", "yes"),
        ("plain", 1),
        ("data", 42),
        ("limit", "all"),
        ("layers", "[8, 4.5]"),
        ("layers", "8"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_type_and_default(make_notebook, name, given):
    path = make_notebook(CELL)
    with pytest.raises(RecoLabError, match=rf"parameter '{name}' of .* is of type .* \(default .*does not fit"):
        fitted(runs.parameters(path), {name: given}, path)


def test_whole_numbers_stay_whole_where_both_kinds_are_allowed(make_notebook):
    path = make_notebook("weight: int | float = 1")
    known = runs.parameters(path)
    assert [type(fitted(known, {"weight": text}, path)["weight"]) for text in ("2", "2.0")] == [int, float]


RANGED = """\
epochs: int = 10  # passes over the data [1 to 1000]
rate = 1e-3  # [above 0]
limit: int | None = None  # rows; None for all [1 or more]
layers: list[int] = [32, 16]  # outputs [1 or more]
losses: list[str] = [  # what is minimised [one of "bpr",
    "bpr",
    "warp",
]  # "warp"]
plain = True  # no biases [see cell 3]
"""


def test_a_comment_may_end_with_a_range_also_over_several_lines(make_notebook):
    listed = runs.parameters(make_notebook(RANGED))
    assert [known.range for known in listed] == [
        Range(1, 1000),
        Range(0, above=True),
        Range(1),
        Range(1),
        Range(choices=("bpr", "warp")),
        None,
    ]
    assert listed[0].comment == "passes over the data [1 to 1000]"
    assert listed[4].comment == 'what is minimised [one of "bpr", "warp"]'


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("epochs", "1000"),
        ("rate", "1e-9"),
        ("limit", "None"),
        ("limit", 1),
        ("layers", []),
        ("layers", "1"),
        ("losses", ["warp"]),
    ],
)
def test_values_in_range_are_taken(make_notebook, name, given):
    path = make_notebook(RANGED.replace("list[int]", "list[int] | int"))
    assert list(fitted(runs.parameters(path), {name: given}, path)) == [name]


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("epochs", "0", r"The parameter 'epochs' of .*lesson.ipynb must be 1 to 1000, but 0 came\.$"),
        ("epochs", 1001, "must be 1 to 1000, but 1001 came"),
        ("rate", "0", "must be above 0, but 0.0 came"),
        ("limit", 0, "must be 1 or more, but 0 came"),
        ("layers", "8, 0", r"Each element of the parameter 'layers' of .* must be 1 or more, but \[8, 0\] came"),
        ("losses", ["bprr"], r'must be one of "bpr", "warp", but \[\'bprr\'\] came'),
    ],
)
def test_values_out_of_range_are_refused_with_the_range(make_notebook, name, given, sentence):
    path = make_notebook(RANGED)
    with pytest.raises(RecoLabError, match=sentence):
        fitted(runs.parameters(path), {name: given}, path)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("batch = 256  # rows [1 to x]", r"ends with \[1 to x\], which is no range: write \[1 to 10\]"),
        ("batch = 0  # rows [1 or more]", "sets 'batch' to 0, which is not 1 or more: change one of the two"),
        ("plain = True  # [0 to 1]", "sets 'plain' to True, which is not 0 to 1"),
        ("layers = [8, 0]  # [1 or more]", r"sets 'layers' to \[8, 0\], which is not 1 or more"),
        ('loss = "mse"  # [one of "bpr", "warp"]', "sets 'loss' to 'mse', which is not one of"),
    ],
)
def test_a_range_that_is_none_or_leaves_the_default_out_is_refused(make_notebook, line, sentence):
    with pytest.raises(RecoLabError, match=f"Line 2 of the parameters cell of .*lesson.ipynb {sentence}"):
        runs.parameters(make_notebook(f"epochs = 1\n{line}"))


@pytest.mark.parametrize(
    ("misspelt", "hint"), [("epoch", "did you mean 'epochs'"), ("zzz", "it has epochs, rate, plain, data, limit")]
)
def test_a_misspelt_parameter_gets_a_suggestion(make_notebook, misspelt, hint):
    path = make_notebook(CELL)
    with pytest.raises(RecoLabError, match=f"no parameter '{misspelt}': {hint}"):
        fitted(runs.parameters(path), {misspelt: 1}, path)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("batch = 2 * 128", "must give a literal"),
        ("batch: int", "must give a literal"),
        ("import numpy", "is not an assignment"),
        ("print(1)", "is not an assignment"),
        ("%time x = 1", "is not Python"),
        ("sizes = (1, 2)", "papermill cannot pass a tuple"),
        ("sizes = [(1, 2)]", "papermill cannot pass a tuple"),
        ("batch: int = '256'", "the literal fitting the type"),
        ("batch: int = 2.5", "the literal fitting the type"),
        ("when: date = '2026-11-21'", "the type made of"),
        ("limit = None", "the type made of"),
        ("first, second = 1, 2", "must have the form"),
    ],
)
def test_a_line_that_papermill_would_get_wrong_is_refused(make_notebook, line, sentence):
    with pytest.raises(RecoLabError, match=f"Line 2 of the parameters cell of .*{sentence}"):
        runs.parameters(make_notebook(f"epochs = 1\n{line}"))


def test_two_parameters_cells_are_refused(make_notebook):
    import nbformat

    path = make_notebook("epochs = 1", "rate = 1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[2].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)
    with pytest.raises(RecoLabError, match="2 cells with the tag 'parameters'"):
        runs.parameters(path)


def test_a_notebook_without_parameters_cell_has_none(tmp_path):
    path = tmp_path / "plain.ipynb"
    path.write_text('{"cells": [{"cell_type": "code", "metadata": {}, "source": ["1"]}], "nbformat": 4}')
    assert runs.parameters(path) == []
    with pytest.raises(RecoLabError, match="it has no parameters"):
        fitted([], {"epochs": 1}, path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": [1]}', '{"cells": [{"source": "1", "metadata": []}]}'])
def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path, text):
    path = tmp_path / "broken.ipynb"
    path.write_text(text)
    with pytest.raises(RecoLabError, match=r"broken.ipynb is not a Jupyter notebook"):
        runs.parameters(path)


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecoLabError, match=r"none\.ipynb cannot be read: No such file"):
        runs.parameters(tmp_path / "none.ipynb")
