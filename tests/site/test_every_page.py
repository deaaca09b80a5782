"""Every page, over http and as a file, at 390 and 1,280 pixels, light and dark."""

from __future__ import annotations

from typing import Any


def in_any_look(visit: dict[str, Any], what: str) -> dict[str, Any]:
    return {look: seen[what] for look, seen in visit["looks"].items() if seen[what]}


def test_a_page_asks_nothing_of_the_network(visit: dict[str, Any]) -> None:
    assert visit["outside"] == []


def test_a_page_logs_no_javascript_error(visit: dict[str, Any]) -> None:
    assert visit["errors"] == []


def test_charts_and_formulas_are_drawn(visit: dict[str, Any]) -> None:
    assert in_any_look(visit, "undrawn") == {}
    assert in_any_look(visit, "empty") == {}


def test_a_page_is_no_wider_than_the_window(visit: dict[str, Any]) -> None:
    assert in_any_look(visit, "overflow") == {}


def test_text_stands_out_from_what_is_behind_it(visit: dict[str, Any]) -> None:
    assert in_any_look(visit, "faint") == {}


def test_a_page_names_one_data_set_at_its_foot(visit: dict[str, Any]) -> None:
    assert len(visit["data"]) == 1


def test_a_page_with_numbers_names_the_data_they_come_from(visit: dict[str, Any]) -> None:
    assert visit["data"][0] in (visit["printed"] or visit["data"][0])


def test_a_page_shows_nothing_that_a_library_wrote_to_stderr(visit: dict[str, Any]) -> None:
    assert visit["stderr"] == []
