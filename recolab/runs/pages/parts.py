"""Pieces of a page: everything that comes in is text and is escaped, unless it says that it is markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is HTML already."""


Content = str | Markup

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, CanvasText 18%, Canvas); }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: Canvas; color: CanvasText;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; min-width: 0; max-width: 100%; }
svg { display: block; max-width: 100%; height: auto; overflow: visible; }
.wide, .narrow { overflow-x: auto; }
.narrow { display: none; }
@media (max-width: 40rem) { .wide { display: none; } .narrow { display: block; } }
.scrolls { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td:first-child { min-width: 7rem; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.number { white-space: nowrap; }
th { vertical-align: bottom; }
code, pre { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .85em; overflow-wrap: anywhere; }
pre { overflow-x: auto; overflow-wrap: normal; padding: .8rem; border: 1px solid var(--line); }
summary { cursor: pointer; padding: .4rem 0; overflow-wrap: anywhere; }
"""


def markup(content: Content) -> Markup:
    """Markup as it is, and text escaped."""
    return content if isinstance(content, Markup) else Markup(escape(content))


def element(name: str, *content: Content, **attributes: str) -> Markup:
    """An HTML element; `class_` is its class."""
    given = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items())
    return Markup(f"<{name}{given}>{''.join(map(markup, content))}</{name}>")


def joined(parts: Iterable[Content]) -> Markup:
    """Pieces one after another."""
    return Markup("\n".join(map(markup, parts)))


def table(heads: Sequence[str], rows: Iterable[Sequence[Content]], *, about: str, text: int = 1) -> Markup:
    """A table that scrolls by itself where the screen is too narrow.

    Args:
        heads: of the columns.
        rows: cells.
        about: what a reader of the page who cannot see it is told that it is.
        text: so many columns hold text, and the others numbers.
    """
    classes = [{} if place < text else {"class_": "number"} for place in range(len(heads))]
    head = element("tr", *(element("th", name, scope="col", **how) for name, how in zip(heads, classes, strict=True)))
    body = [
        element("tr", *(element("td", cell, **how) for cell, how in zip(row, classes, strict=True))) for row in rows
    ]
    whole = element("table", element("thead", head), element("tbody", *body))
    return element("div", whole, class_="scrolls", role="region", tabindex="0", aria_label=about)


def folded(summary: Content, *content: Content) -> Markup:
    """What is shown when its summary is clicked."""
    return element("details", element("summary", summary), *content)


def document(title: str, *content: Content) -> str:
    """The page, which asks nobody for anything."""
    head = element(
        "head",
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Markup(STYLE)),
    )
    body = element("body", element("main", *content))
    return "<!doctype html>\n" + element("html", head, body, lang="en-GB") + "\n"
