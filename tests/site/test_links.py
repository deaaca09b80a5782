"""Links inside the site, read from the files without a browser."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import recolab


class Links(HTMLParser):
    """Collects what a page points at and what can be pointed at in it."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = {"", "top"}
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value:
                self.targets.append(value)


@pytest.fixture(scope="module")
def links(pages: list[Path]) -> dict[Path, Links]:
    """The links of every page, by its file."""
    return {page: Links(page) for page in pages}


def test_every_link_inside_the_site_leads_somewhere(links: dict[Path, Links]) -> None:
    broken = []
    for page, found in links.items():
        for target in found.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if not file.exists() or (file in links and unquote(parts.fragment) not in links[file].anchors):
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_no_page_links_to_the_book_tools_own_repository(links: dict[Path, Links]) -> None:
    assert not [target for found in links.values() for target in found.targets if "executablebooks" in target]


def test_every_public_name_stands_in_the_reference(links: dict[Path, Links], site: Path) -> None:
    anchors = set().union(*(found.anchors for page, found in links.items() if "reference" in page.parts))
    rooms = [getattr(recolab, name) for name in recolab.__all__ if (site / "book/reference" / f"{name}.html").exists()]
    assert len(rooms) == 11
    public = [f"{room.__name__}.{name}" for room in rooms for name in room.__all__]
    assert [name for name in public if not {name, f"module-{name}"} & anchors] == []
