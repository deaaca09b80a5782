"""The page of a sweep: what it says, that it asks nobody for anything, and that nothing in it becomes markup."""

import json
import re
import sys
from html.parser import HTMLParser

import pytest
import yaml

from recolab.errors import RecoLabError
from recolab.runs.pages.parts import Markup, element, table
from recolab.runs.pages.sweep_page import page, write_page
from recolab.runs.pages.tables import left
from recolab.runs.records import run_file
from recolab.runs.records.run_file import Result
from recolab.runs.records.whole import write_whole
from recolab.runs.sweeps import sweep
from recolab.runs.sweeps.standing import standing
from recolab.runs.sweeps.store import Store
from recolab.runs.sweeps.sweep_file import read_sweep
from recolab.runs.sweeps.sweeping import stores

pytest.importorskip("vl_convert")
EVIL = "<script>alert('&')</script>"
BOARD = {"toy-board": {"title": f"Board {EVIL}", "metrics": ["mae", "rmse"]}}


@pytest.fixture(autouse=True)
def toy_data(monkeypatch):
    """No file is read to find out which data a run has."""
    monkeypatch.setattr(
        sweep, "data_named", lambda name: {"name": name, "edition": "own", "files": {"u.data": "06416e"}}
    )


@pytest.fixture
def make(tmp_path):
    """A sweep of two models with two seeds each."""

    def write(**keys):
        path = tmp_path / "sweep.yaml"
        shared = {"parameters": {"data": "synthetic", "protocol": "random fifth"}, "best": "-rmse"}
        models = {"mean": {"model": "GlobalMean", "seed": 0}, "mf": {"model": "BiasedMF", "epochs": 1, "rate": 0.1}}
        whole = {"name": "toy", **shared, "models": models, "grid": {"seed": [0, 1]}, **keys}
        path.write_text(yaml.safe_dump(whole, sort_keys=False))
        return read_sweep(path)

    return write


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / "published.csv").write_text("data,model,metric,value,protocol,source\n")
    return folder


def record(asked, results, metrics, *, models=("",), details=None):
    """Writes the run of a sweep, with one result for each model's name."""
    of_run = [
        Result(model or asked.label, {}, {}, metrics, {"split": "a fifth"}, {}, details or {}).as_json()
        for model in models
    ]
    data = {"asked": asked.as_json(), "data": asked.data}
    text = run_file.written(asked.run, "toy", of_run, **data, seconds=90.0, peak_memory=0.5)
    write_whole(Store(results / "toy").path(asked), text)


def record_all(asked, results, *, less=0):
    for number, each in enumerate(asked.runs({})[0][: None if not less else -less]):
        record(each, results, {"rmse": 1 + number / 10, "mae": 0.5}, details={"training_seconds": 1.0 + number})


class Read(HTMLParser):
    """Elements with their attributes, and all text."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    def count(self, tag):
        return sum(name == tag for name, _ in self.elements)


def test_the_page_has_pictures_tables_and_how_it_was_run(make, results):
    asked = make(about="A toy", leaderboards=BOARD)
    record_all(asked, results)
    text = page(asked, results)
    read = Read(text)
    assert read.open == []
    assert "html" in read.elements[0][0]
    assert read.elements[0][1]["lang"] == "en-GB"
    assert "<title>A toy</title>" in text
    assert (read.count("h1"), read.count("figure"), read.count("svg")) == (1, 4, 8)  # each in two widths
    headings = re.findall("<h2>(.*?)</h2>", text)
    assert headings == [
        "rmse",
        "Board " + str(element("i", EVIL))[3:-4],
        "Tables",
        "What is still to be done",
        "How it was run",
    ]
    assert "toy: 3 of 3 done, best rmse so far 1.0000 (mean)." in text
    assert "1.1500" in text  # the mean of mf: 1.1 and 1.2
    assert "Nothing: all runs are done." in text
    assert "06416e" in text
    assert not any("under the pointer" in word for word in read.words)  # a still picture shows it nothing


def test_the_page_asks_nobody_for_anything(make, results):
    asked = make(leaderboards=BOARD)
    record_all(asked, results)
    text = page(asked, results)
    read = Read(text)
    assert "http" not in text
    assert "@import" not in text
    assert {"script", "link", "img", "iframe", "object", "image", "use"}.isdisjoint(tag for tag, _ in read.elements)
    assert all({"src", "href", "xlink:href"}.isdisjoint(attributes) for _, attributes in read.elements)
    ids = [attributes["id"] for _, attributes in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))  # each picture is there in two widths
    assert "url(" not in text


def test_runs_that_the_sweep_does_not_ask_for_are_left_out(make, results):
    asked = make(models={"mf": {"model": "BiasedMF", "epochs": 2, "rate": 0.1}})
    record(asked.runs({})[0][0], results, {"rmse": 7.7777})
    asked = make()
    record_all(asked, results)
    assert "7.7777" not in page(asked, results)


def test_a_metric_that_ranks_a_leaderboard_is_not_drawn_twice(make, results):
    asked = make(leaderboards={"toy": {"title": "By rmse", "metrics": ["rmse"]}})
    record_all(asked, results)
    text = page(asked, results)
    assert re.findall("<h2>(.*?)</h2>", text)[:2] == ["By rmse", "Tables"]
    assert Read(text).count("figure") == 2


def test_half_of_the_pictures_fit_a_phone_of_390_pixels(make, results):
    asked = make()
    record_all(asked, results)
    svgs = [attributes for name, attributes in Read(page(asked, results)).elements if name == "svg"]
    narrow, wide = sorted(float(each["width"]) for each in svgs)[:2], [float(each["width"]) for each in svgs]
    assert max(narrow) <= 390 - 2 * 16
    assert max(wide) > 400


def test_text_takes_the_colour_of_the_page(make, results):
    asked = make()
    record_all(asked, results)
    svg = "".join(re.findall("<text.*?>", page(asked, results)))
    assert set(re.findall(r'fill="([^"]*)"', svg)) == {"currentColor"}


def test_nothing_that_comes_in_becomes_markup(make, results):
    published = f"synthetic,Paper {EVIL},mae,0.4,p,s\n"
    (results / "published.csv").write_text(f"data,model,metric,value,protocol,source\n{published}")
    board = {**BOARD["toy-board"], "published": ["p"]}
    asked = make(about=f"About {EVIL}", leaderboards={"toy-board": board})
    record_all(asked, results, less=1)
    store, _ = stores(asked, results)
    last = asked.runs({})[0][-1]
    store.fail(last, {"error": f"Error {EVIL}", "cell": 3, "traceback": f"Traceback {EVIL}"})
    text = page(asked, results)
    assert "<script" not in text
    read = Read(text)
    assert "script" not in [tag for tag, _ in read.elements]
    words = " ".join(read.words)
    for part in ("About", "Board", "Error", "Traceback", "Paper"):
        assert f"{part} {EVIL}" in words


def test_a_failure_names_its_cell_and_folds_its_traceback(make, results):
    asked = make()
    store, _ = stores(asked, results)
    first, second, _ = asked.runs({})[0]
    store.fail(first, {"error": "NaN", "cell": 3, "traceback": "line 1\nline 2"})
    store.fail(first, {"error": "NaN", "cell": 3, "traceback": "line 1\nline 2"})
    store.fail(second, {"error": "lost", "cell": None, "traceback": None})
    text = page(asked, results)
    assert f"<details><summary>mean ({first.run}, cell 3, tried 2 times): NaN</summary>" in text
    assert "<pre>line 1\nline 2</pre></details>" in text
    assert f"<p>mf ({second.run}, tried 1 times): lost</p>" in text
    assert "No run is done yet." in text
    assert "<figure" not in text


def test_what_is_left_is_counted_by_model(make, results):
    asked = make()
    record_all(asked, results, less=2)
    Store(results / "toy").fail(asked.runs({})[0][-1], {"error": "too few rows", "cell": None, "traceback": None})
    words = [word for word in Read(page(asked, results)).words if word.strip()]
    at = words.index("Waiting")
    assert words[at - 1 : at + 6] == ["Running", "Waiting", "Failed", "mf", "0", "1", "1"]


def test_runs_to_be_chosen_and_stale_ones_are_said(make, results):
    models = {"mf": {"model": "BiasedMF", "epochs": {"up_to": 2}, "rate": 0.1}}
    asked = make(models=models)
    now = standing(asked, *stores(asked, results))
    assert "2 runs whose settings are still to be chosen" in left(now)
    asked = make()
    record_all(asked, results)
    path = Store(results / "toy").path(asked.runs({})[0][0])
    whole = json.loads(path.read_text())
    whole["rooms"]["models"] = "another"
    path.write_text(json.dumps(whole))
    assert "Code has changed (models) since 1 of the runs were recorded." in page(asked, results)


def test_a_leaderboard_that_cannot_be_drawn_says_why(make, results):
    asked = make(leaderboards={"toy": {"title": "Masked", "metrics": ["mae"], "where": {"protocol.masked": "yes"}}})
    record_all(asked, results)
    text = page(asked, results)
    assert "<h3>Masked</h3>" in text
    assert "protocol.masked" in text


def test_a_notebooks_runs_are_listed_by_their_parameters(make, results, make_notebook):
    notebook = make_notebook("epochs: int = 1\nname: str = 'x'")
    asked = make(
        notebook=notebook.name, parameters={"name": EVIL}, models={"few": {"epochs": 1}, "many": {"epochs": 7}}, grid={}
    )
    for each in asked.runs({})[0]:
        record(each, results, {"rmse": float(each.parameters["epochs"])}, models=("plain", "biased"))
    text = page(asked, results)
    words = Read(text).words
    start = words.index("Run by run")
    assert [word for word in words[start:] if word.strip()][1:13] == [
        "Model", "epochs", "rmse", "A run takes",
        "plain", "1", "1.0000", "1 min 30 s", "biased", "1", "1.0000", "1 min 30 s",
    ]  # fmt: skip
    assert "<h2>rmse</h2>" in text
    svg = re.search("<svg.*?</svg>", text, re.S).group()
    assert ">plain</text>" in svg
    assert ">biased</text>" in svg


def test_the_page_is_written_as_html_only(make, results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = make()
    assert write_page(asked, folder=results).read_text().startswith("<!doctype html>")
    assert (tmp_path / "toy.html").exists()
    with pytest.raises(RecoLabError, match=r"ends in \.html, but sweep\.yaml came"):
        write_page(asked, "sweep.yaml", folder=results)


def test_without_vl_convert_the_error_says_how_to_get_it(make, results, monkeypatch, tmp_path):
    asked = make()
    record_all(asked, results)
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(RecoLabError, match=r'vl-convert, which is not installed: pip install "recolab\[book\]"'):
        write_page(asked, tmp_path / "page.html", folder=results)
    assert not (tmp_path / "page.html").exists()


def test_elements_escape_text_and_attributes_and_leave_markup():
    assert element("p", "a < b", Markup("<b>c</b>"), class_='"x"') == '<p class="&quot;x&quot;">a &lt; b<b>c</b></p>'
    text = table(["<A>", "B"], [["<1>", "2"]], about="<t>")
    assert '<th scope="col">&lt;A&gt;</th>' in text
    assert '<td>&lt;1&gt;</td><td class="number">2</td>' in text
    assert 'aria-label="&lt;t&gt;"' in text


def test_a_sweep_without_results_has_an_empty_table(make, results):
    assert "No run is done yet." in page(make(leaderboards=BOARD), results)
