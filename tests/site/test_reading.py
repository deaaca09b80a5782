"""What a reader does: arrive, search, unfold a solution."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from conftest import Tab


def test_the_sites_folder_leads_to_the_front_page(tab: Tab) -> None:
    tab.page.goto(f"{tab.home}/index.html")
    tab.page.wait_for_url("**/book/index.html")
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text("RecoLab")


def test_search_finds_a_word_and_leads_to_its_page(tab: Tab) -> None:
    page = tab.open("search.html?q=stochastic")
    page.locator("#search-results a", has_text="Glossary").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Glossary")
    assert tab.outside == []
    assert tab.errors == []


def test_every_solution_is_folded_until_it_is_opened(tab: Tab, lesson: str) -> None:
    solutions = tab.open(lesson).locator("details.hide")
    assert solutions.count() >= 3
    for solution in solutions.all():
        content = solution.locator(".cell_input").first
        expect(content).not_to_be_visible()
        solution.get_by_text("Show the solution").click()
        expect(content).to_be_visible()
        assert "Solution" in content.inner_text()
    assert tab.page.evaluate("look()") == {"undrawn": [], "empty": [], "overflow": 0, "faint": []}
    assert tab.outside == []
    assert tab.errors == []


def test_the_front_page_names_the_data(site: Path) -> None:
    front = (site / "book" / "index.html").read_text(encoding="utf-8")
    assert front.count("executed on") == 2  # in its text, and at the foot of every page
