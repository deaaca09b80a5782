"""Leaderboards: what stands in them, how they are used from the keyboard, and that made-up ratings have none."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect
from sphinx.application import Sphinx

import recolab as rl
from recolab.runs.sweeps.sweep_file import read_sweep
from recolab.runs.tables.boards import boards_of

if TYPE_CHECKING:
    from conftest import Tab

ROOT = Path(__file__).parents[2]
LONG = "three layers + batch norm + residual k=50 (chosen twice)"
VALUES = {"DCN": [0.84, 0.85], "LR": [0.80], LONG: [0.82, 0.83]}
PUBLISHED = """data,protocol,model,metric,value,source
ml-1m,theirs,DCN,auc,0.8446,a paper
ml-1m,theirs,CIN,auc,0.8286,another paper
ml-1m,theirs,LR,auc,0.9,a third paper
"""
SWEEP = {
    "name": "toy",
    "parameters": {"data": "ml-1m", "protocol": "autoint"},
    "models": {"LR": {"model": "LR", "epochs": 1}},
    "leaderboards": {
        "toy-clicks": {"title": "Toy clicks", "metrics": ["auc", "log_loss"], "published": ["theirs"]},
        "toy-later": {"title": "Not run yet", "metrics": ["auc"]},
    },
}
PAGE = """# A page

```{leaderboard} toy-clicks
Ratings above 3 are clicks.
```

```{leaderboard} toy-later
```
"""


@pytest.fixture(scope="module")
def leaderboards() -> Iterator[ModuleType]:
    """The extension, under the name by which Sphinx imports it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "book" / "_ext"))
        yield import_module("leaderboard")
        sys.modules.pop("leaderboard")


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a sweep file and its recorded runs: a long name, a model with one run, and no file of ratings."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "sweeps").mkdir()
    (folder / "sweeps" / "toy.yaml").write_text(yaml.safe_dump(SWEEP))
    (folder / "index.md").write_text(PAGE)
    results = folder / "results"
    results.mkdir()
    (results / "published.csv").write_text(PUBLISHED)
    for model, values in VALUES.items():
        for seed, value in enumerate(values):
            report = SimpleNamespace(
                metrics={"auc": value, "log_loss": 1 - value},
                protocol={"split": "toy", "rows": 6040},
                intervals={},
                details={"training_seconds": 12.5 * len(model)},
                users=None,
            )
            settings = {"builder": model[:3], "dropout": 0.3 if model == "DCN" else 0.1}
            rl.runs.record("toy", "model", report, parameters=settings, seeds={"fit": seed}, folder=results)
    for file in (results / "toy").glob("*.json"):  # a name as long as this one may not name a file
        text = file.read_text()
        (builder,) = [model for model in VALUES if f'"builder": "{model[:3]}"' in text]
        file.write_text(text.replace('"model": "model"', f'"model": "{builder}"'))
    board = boards_of(read_sweep(folder / "sweeps" / "toy.yaml", check=False))[0]
    board.drawn(rl.runs.recorded("toy", folder=results), results).to_csv(results / "toy-clicks.csv")
    return folder


@pytest.fixture(scope="module")
def build(toy: Path, leaderboards: ModuleType) -> Callable[..., Path]:
    """Builds the page in the site's theme; the ratings are real ones or made up."""

    def built(*, made_up: bool) -> Path:
        out = toy / f"made up {made_up}"
        look = {
            "extensions": ["myst_parser", "sphinx_copybutton", "leaderboard", "offline_charts"],
            "html_theme": "sphinx_book_theme",
            "html_static_path": [str(ROOT / "book" / "_static")],
            "html_css_files": ["recolab.css"],
            "html_context": {"default_mode": "auto"},
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("RECOLAB_RESULTS", str(toy / "results"))
            patch.setattr(rl, "load", lambda name: SimpleNamespace(truth=object() if made_up else None))
            Sphinx(toy, None, out, out / ".doctrees", "html", confoverrides=look, status=None).build()
        return out

    return built


@pytest.fixture(scope="module")
def real(build: Callable[..., Path]) -> Path:
    return build(made_up=False)


@pytest.fixture(params=[390, 1280])
def page(request: pytest.FixtureRequest, open_tab: Callable[[str, int], Tab], real: Path) -> Iterator[Page]:
    """The page as a phone and as a laptop show it, with its charts drawn; it asks nothing of the network."""
    tab = open_tab(real.as_uri(), request.param)
    yield tab.open("index.html")
    assert tab.outside == []
    assert tab.errors == []


def models(page: Page) -> list[str]:
    return [each.inner_text() for each in page.locator("tbody tr:visible .board-more").all()]


def press_tab_until(page: Page, label: str) -> None:
    """Go by the keyboard to the button with this text."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == label:
            return
    raise AssertionError(f"the keyboard does not reach {label!r}")


def column(page: Page, label: str) -> Any:
    return page.locator("thead th", has=page.get_by_role("button", name=label, exact=True))


def test_the_table_begins_with_the_best_and_ends_with_those_that_only_others_ran(page: Page) -> None:
    assert models(page) == ["DCN", LONG, "LR", "CIN"]
    cells = [cell.inner_text().replace("\N{NO-BREAK SPACE}", " ") for cell in page.locator("tbody tr td").all()]
    assert cells[:6] == ["2", "0.8450 ± 0.0071", "0.8446", "0.1550 ± 0.0071", "37.5", "2"]
    assert cells[-5:] == ["–", "–", "0.8286", "–", "–"]
    assert column(page, "AUC").get_attribute("aria-sort") == "descending"


def test_a_column_is_sorted_from_the_keyboard_as_numbers_with_dashes_last_either_way(page: Page) -> None:
    press_tab_until(page, "AUC, published")
    page.keyboard.press("Enter")
    assert models(page) == ["LR", "DCN", "CIN", LONG]
    assert column(page, "AUC, published").get_attribute("aria-sort") == "descending"
    assert column(page, "AUC").get_attribute("aria-sort") is None
    page.keyboard.press("Space")
    assert models(page) == ["CIN", "DCN", "LR", LONG]
    press_tab_until(page, "training, s")
    page.keyboard.press("Enter")
    assert models(page) == ["LR", "DCN", LONG, "CIN"]  # 25 and 37.5 before 700, as numbers
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    assert column(page, "log loss").get_attribute("aria-sort") == "ascending"
    assert models(page)[0] == "DCN"


def test_names_are_sorted_as_words(page: Page) -> None:
    page.get_by_role("button", name="model", exact=True).press("Enter")
    assert models(page) == ["CIN", "DCN", "LR", LONG]


def test_search_finds_models_and_parameters_and_says_how_many(page: Page) -> None:
    field = page.get_by_role("searchbox", name="Search models and parameters")
    field.press_sequentially("NORM three")
    assert models(page) == [LONG]
    expect(page.locator("output")).to_have_text("1 of 4")
    field.fill("dropout 0.3")
    assert models(page) == ["DCN"]
    field.fill("nobody")
    assert models(page) == []
    field.fill("")
    assert len(models(page)) == 4


def test_a_model_leads_to_what_is_recorded_of_it_by_keyboard_and_back(page: Page) -> None:
    press_tab_until(page, "DCN")
    page.keyboard.press("Enter")
    about = page.get_by_role("dialog", name="DCN")
    expect(about).to_be_visible()
    expect(about).to_be_in_viewport(ratio=1)
    text = about.inner_text()
    (run, *_), commands = about.locator(".board-runs code").all_inner_texts(), about.locator("pre").all_inner_texts()
    assert commands == [
        f".venv/bin/recolab repeat {run}",
        '.venv/bin/recolab sweep sweeps/toy.yaml --only "DCN" --into again',
    ]
    for expected in ("dropout", "0.3", "0 | 1", "6040", "tensorflow", "peak memory", "0.8446", "+0.0004", "a paper"):
        assert expected in text
    assert page.evaluate("look()") == {"undrawn": [], "empty": [], "overflow": 0, "faint": []}
    page.keyboard.press("Escape")
    expect(about).not_to_be_visible()
    assert page.evaluate("document.activeElement.textContent") == "DCN"


def test_a_model_that_only_others_ran_leads_to_its_source(page: Page) -> None:
    page.get_by_role("button", name="CIN").press("Enter")
    text = page.get_by_role("dialog", name="CIN").inner_text()
    assert "AUC 0.8286; theirs. Source: another paper." in text
    assert "recolab" not in text


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_readable_and_its_charts_are_drawn(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
    expect(page.locator(".board-chart svg.marks")).to_have_count(2)
    assert page.evaluate("look()") == {"undrawn": [], "empty": [], "overflow": 0, "faint": []}
    names = page.evaluate("document.querySelector('.board-box tbody th').getBoundingClientRect().width")
    assert names < page.viewport_size["width"] / 2  # the first numbers are in sight beside them


def test_without_javascript_the_table_is_there_and_leads_to_its_details(browser: Browser, real: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{real.as_uri()}/index.html")
    assert models(page) == ["DCN", LONG, "LR", "CIN"]
    assert page.get_by_role("searchbox", name="Search models").count() == 0
    page.get_by_role("button", name="LR").press("Enter")
    expect(page.get_by_role("dialog", name="LR")).to_be_visible()
    context.close()


def test_a_board_is_a_section_with_its_title_and_prose_and_one_without_runs_says_so(real: Path) -> None:
    html = (real / "index.html").read_text(encoding="utf-8")
    assert '<section id="toy-clicks">' in html
    assert "Ratings above 3 are clicks." in html
    assert "Ours: split toy; rows 6,040." in html
    assert "Published: theirs. Source: a paper; another paper; a third paper." in html
    assert html.split('<section id="toy-later">')[1].count("No runs are recorded yet.") == 1


def test_beside_made_up_ratings_no_number_is_shown(build: Callable[..., Path]) -> None:
    html = (build(made_up=True) / "index.html").read_text(encoding="utf-8")
    assert html.count("This build has made-up ratings.") == 2
    assert "Ratings above 3 are clicks." in html
    assert not [trace for trace in ("<table", "vegaEmbed", "0.8446", "leaderboard.js") if trace in html]


def test_what_runs_have_in_common_is_told_once_and_what_differs_in_order(leaderboards: ModuleType) -> None:
    told = leaderboards.told
    assert told(pd.Series([40.0, 40.0, np.nan])) == "40"
    assert told(pd.Series([0.08, 0.06, 0.08])) == "0.06 | 0.08"
    assert told(pd.Series(range(10))) == "0 to 9"
    assert told(pd.Series(["u2", "u1", "u2"])) == "u2 | u1"
    assert told(pd.Series([np.True_, np.False_])) == "yes | no"
    assert told(pd.Series([[["gender", "age"], ["hour", "day"]]])) == "gender×age, hour×day"
    assert told(pd.Series([None], dtype=object)) == "–"


def test_a_board_that_no_sweep_names_is_a_warning_and_so_fails_the_build(
    toy: Path, leaderboards: ModuleType, tmp_path: Path
) -> None:
    (tmp_path / "sweeps").symlink_to(toy / "sweeps")
    (tmp_path / "index.md").write_text("# A page\n\n```{leaderboard} toy-click\n```\n")
    said = io.StringIO()
    extensions = {"extensions": ["myst_parser", "leaderboard"]}
    out = tmp_path / "out"
    Sphinx(tmp_path, None, out, out, "dummy", confoverrides=extensions, status=None, warning=said).build()
    assert "did you mean 'toy-clicks'" in said.getvalue()


def test_every_board_of_the_sweeps_has_its_place_in_the_book() -> None:
    sweeps = [read_sweep(path, check=False) for path in sorted((ROOT / "sweeps").glob("*.yaml"))]
    named = sorted(board.name for sweep in sweeps for board in boards_of(sweep))
    pages = [page.read_text(encoding="utf-8") for page in (ROOT / "book" / "leaderboards").glob("*.md")]
    shown = [line.split()[-1] for text in pages for line in text.splitlines() if line.startswith("```{leaderboard}")]
    assert sorted(shown) == named


def test_the_site_shows_each_table_that_is_written_beside_real_ratings_only(site: Path) -> None:
    pages = [page.read_text(encoding="utf-8") for page in sorted((site / "book" / "leaderboards").glob("*.html"))]
    assert len(pages) == 3
    for html in pages:
        for section in html.split('<section id="ml-')[1:]:
            name = "ml-" + section.split('"')[0]
            table = rl.runs.results_folder() / f"{name}.csv"
            if "RecoLab made up" in html:
                assert "made-up ratings" in section
                expected = 0
            elif table.is_file():
                expected = len(pd.read_csv(table))
            else:
                assert "No runs are recorded yet." in section
                expected = 0
            assert section.count("<tr data-words=") == expected, name
