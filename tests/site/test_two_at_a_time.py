"""How the lessons of the site are executed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import pytest
from sphinx.errors import SphinxError

APP = SimpleNamespace(config=SimpleNamespace(nb_execution_timeout=60))
MEET = """
import time
from pathlib import Path
Path("{own}").touch()
until = time.monotonic() + 50
while not Path("{other}").exists():
    assert time.monotonic() < until, "{other} is not being executed"
    time.sleep(0.1)
print("{own} met {other}")
"""


@pytest.fixture
def begun(extension: Callable[[str], ModuleType], tmp_path: Path) -> Callable[..., Any]:
    """Executions of notebooks with a cell each, by page; a page without code is no notebook."""

    def begin(**code: str | None) -> Any:
        for page, source in code.items():
            if source is not None:
                cell = nbformat.v4.new_code_cell(source)
                nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / f"{page}.ipynb")
        env = SimpleNamespace(
            doc2path=lambda page: tmp_path / (f"{page}.md" if code[page] is None else f"{page}.ipynb")
        )
        executions = extension("two_at_a_time").Executions()
        executions.begin(APP, env, list(code))
        return executions

    return begin


def test_two_are_executed_at_a_time_and_each_page_gets_its_own(begun: Callable[..., Any]) -> None:
    one, other = (MEET.format(own=own, other=other) for own, other in (("one", "other"), ("other", "one")))
    executions = begun(one=one, prose=None, other=other)
    pages = {page: ["as it is stored"] for page in ("one", "prose", "other")}
    for page, source in pages.items():
        executions.hand_over(APP, page, source)
    executions.end(APP, None)
    assert pages["prose"] == ["as it is stored"]
    for page, text in {"one": "one met other", "other": "other met one"}.items():
        (cell,) = nbformat.reads(pages[page][0], as_version=4).cells
        assert [output["text"] for output in cell.outputs] == [f"{text}\n"]


def test_a_notebook_that_fails_ends_the_build_with_its_name_and_the_error(begun: Callable[..., Any]) -> None:
    executions = begun(wrong="raise ValueError('no such film')", second="", third="print('begun')")
    with pytest.raises(SphinxError, match=r"wrong\.ipynb failed: (.|\n)*raise ValueError(.|\n)*no such film"):
        executions.hand_over(APP, "wrong", [""])
    assert executions._pool._shutdown  # nothing else is begun


@pytest.mark.parametrize(
    ("mode", "raises", "left"), [("force", True, "off"), ("force", False, "force"), ("off", True, "off")]
)
def test_nothing_is_taken_over_that_was_not_told_to_run_and_to_stop_at_an_error(
    extension: Callable[[str], ModuleType], mode: str, raises: bool, left: str
) -> None:
    connected: list[str] = []
    app = SimpleNamespace(connect=lambda event, handler: connected.append(event))
    config = SimpleNamespace(nb_execution_mode=mode, nb_execution_raise_on_error=raises)
    extension("two_at_a_time").Executions().take_over(app, config)
    assert config.nb_execution_mode == left
    assert bool(connected) == ((mode, raises) == ("force", True))
