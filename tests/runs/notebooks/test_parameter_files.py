import pytest

from recolab import runs
from recolab.errors import RecoLabError


@pytest.fixture
def write(tmp_path):
    def write(text, name="values.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_maps_names_to_values(write):
    text = (
        "# a run\nepochs: 5\nrate: 1e-3\nother_rate: -2.5E+4\nplain: false\nlimit: null\nlayers: [8, 4]\nname: '1e-3'\n"
    )
    assert runs.read_parameters(write(text)) == {
        "epochs": 5,
        "rate": 0.001,
        "other_rate": -25000.0,
        "plain": False,
        "limit": None,
        "layers": [8, 4],
        "name": "1e-3",
    }


def test_an_empty_file_changes_nothing(write):
    assert runs.read_parameters(write("# nothing yet\n")) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epochs: [5\n", r"values.yaml cannot be read as YAML \(line 2: expected"),
        ("epochs: 5\nepochs: 6\n", r"cannot be read as YAML \(line 2: epochs stands twice\)"),
        ("layers: {a: 1, a: 2}\n", r"\(line 1: a stands twice\)"),
        ("when: 2026-13-45\n", r"cannot be read as YAML \(month must be in 1..12"),
        ("- epochs\n- 5\n", r"must map names to values, as in `epochs: 5`, but holds \['epochs', 5\]"),
        ("epochs 5\n", r"must map names to values, .* but holds 'epochs 5'"),
        ("1: 2\n", r"must map names to values, .* but holds \{1: 2\}"),
        ("!!python/object/apply:os.getcwd []\n", "cannot be read as YAML"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(write, text, sentence):
    with pytest.raises(RecoLabError, match=sentence) as caught:
        runs.read_parameters(write(text))
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(RecoLabError, match=r"none\.yaml cannot be read: No such file"):
        runs.read_parameters(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"epochs: \xff")
    with pytest.raises(RecoLabError, match=r"binary\.yaml cannot be read as YAML"):
        runs.read_parameters(tmp_path / "binary.yaml")


def test_small_parameters_come_from_the_nearest_file_above_the_lesson(write, tmp_path, monkeypatch):
    write("day1/01_ratings: {epochs: 1}\nday1/02_more: {}\nday1/inner/03_deep: {epochs: 3}\n", "course/smoke.yml")
    write("03_deep: {epochs: 2}\n", "course/day1/inner/smoke.yml")
    course = tmp_path / "course"
    assert runs.smoke_parameters(course / "day1" / "01_ratings.ipynb") == {"epochs": 1}
    assert runs.smoke_parameters(course / "day1" / "02_more.ipynb") == {}
    assert runs.smoke_parameters(course / "day1" / "inner" / "03_deep.ipynb") == {"epochs": 2}
    monkeypatch.chdir(course / "day1" / "inner")
    assert runs.smoke_parameters("../01_ratings.ipynb") == {"epochs": 1}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("day1/02_more: {}\n", r"smoke.yml has no small parameters for 'day1/01_ratings': add a line"),
        ("day1/01_ratings: 3\n", r"day1/01_ratings in .*smoke.yml must map names to values, .* but holds 3"),
        ("- day1/01_ratings\n", r"smoke.yml must map names to values, as in `day1/01_ratings: \{epochs: 1\}`"),
    ],
)
def test_a_file_that_does_not_name_the_lesson_is_named_itself(write, tmp_path, lines, sentence):
    write(lines, "smoke.yml")
    with pytest.raises(RecoLabError, match=sentence):
        runs.smoke_parameters(tmp_path / "day1" / "01_ratings.ipynb")


def test_without_any_file_the_sentence_says_what_else_to_do(tmp_path):
    with pytest.raises(RecoLabError, match=r"No folder of .*lesson\.ipynb has a smoke\.yml .* give some with -p or -f"):
        runs.smoke_parameters(tmp_path / "lesson.ipynb")
