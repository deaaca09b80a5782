"""The drawing of a model: layer names, output shapes and parameter counts, as SVG that needs no other program."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from recolab.charts.graph import Box, boxes
from recolab.charts.layout import Layout, layered
from recolab.charts.theme import BLUE, GREEN, NEUTRAL, ORANGE
from recolab.errors import RecoLabError

BOX_HEIGHT = 62
LEVEL_HEIGHT = 102
MARGIN = 6
NAME_WIDTH = 7.6  # average width in pixels of a letter of a layer's name
TEXT_WIDTH = 6.4  # and of the smaller lines below it
_FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\""


@dataclass(frozen=True)
class Architecture:
    """A drawn model; a notebook shows it by itself.

    Attributes:
        svg: the drawing. Its text takes the colour of the page it is placed in.
        summary: the drawing in one sentence.
    """

    svg: str
    summary: str

    def save(self, path: str | Path) -> Path:
        """Write the drawing as an SVG file.

        Raises:
            RecoLabError: the name does not end in .svg.
        """
        target = Path(path)
        if target.suffix.lower() != ".svg":
            raise RecoLabError(
                f"A drawing is saved as an SVG file, with a name that ends in .svg, but received {target.name!r}."
            )
        target.write_text(self.svg, encoding="utf-8")
        return target

    def _repr_html_(self) -> str:
        # A drawing wider than the page is scaled down to four fifths, then scrolled: text stays large enough to read.
        return f'<div style="overflow-x:auto">{self.svg}</div>'

    def __repr__(self) -> str:
        return f"Architecture({self.summary})"


def architecture(model: Any) -> Architecture:
    """Draw the layers of a functional or sequential Keras model, from its inputs at the top to its outputs.

    Every box names a layer, its class, the shape it gives and how many parameters it holds. A layer called twice is
    drawn twice, its parameters counted once.

    Raises:
        RecoLabError: `model` is no Keras model, is subclassed, or has not been built.
    """
    given = boxes(model)
    layout = layered([box.sources for box in given], [_width(box) for box in given])
    total = _counted(sum(box.parameters or 0 for box in given), sum(box.fixed for box in given)) or "no parameters"
    summary = f"{model.name}: {len(given)} boxes, {total}"
    width, height = layout.width + 2 * MARGIN, max(layout.level) * LEVEL_HEIGHT + BOX_HEIGHT + 2 * MARGIN + 22
    drawn = [_arrow(layout, given, edge) for edge in layout.routes]
    drawn += [_drawn_box(box, layout, place) for place, box in enumerate(given)]
    drawn.append(_text(width / 2, height - MARGIN, f"{total} in all", size=12, opacity=0.75))
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" {_FONT} '
        f'style="max-width:100%;min-width:{0.8 * width:.0f}px;height:auto">'
        f"<title>{escape('Architecture of ' + summary)}</title>{''.join(drawn)}</svg>"
    )
    return Architecture(svg, summary)


def _lines(box: Box) -> tuple[str, str]:
    """What stands below the name: class and shapes, then parameters (nothing for a layer without)."""
    shapes = ", ".join(dict.fromkeys(box.shapes))
    counted = "the same parameters again" if box.parameters is None else _counted(box.parameters, box.fixed)
    return f"{box.kind} {shapes}", counted


def _counted(parameters: int, fixed: int) -> str:
    parts = [f"{parameters:,} parameters" if parameters else "", f"{fixed:,} fixed" if fixed else ""]
    return " + ".join(filter(None, parts))


def _width(box: Box) -> float:
    return max(len(box.name) * NAME_WIDTH, *(len(line) * TEXT_WIDTH for line in _lines(box))) + 26


def _colour(box: Box) -> str:
    if not box.sources:
        return GREEN
    if box.is_output:
        return ORANGE
    return NEUTRAL if box.parameters == 0 and not box.fixed else BLUE


def _drawn_box(box: Box, layout: Layout, place: int) -> str:
    x, y = layout.x[place] + MARGIN, layout.level[place] * LEVEL_HEIGHT + MARGIN
    width, colour = _width(box), _colour(box)
    described, counted = _lines(box)
    first = y + (22 if counted else 28)
    return (
        f"<g><title>{escape(', '.join(filter(None, (box.name, described, counted))))}</title>"
        f'<rect x="{x - width / 2:.1f}" y="{y}" width="{width:.1f}" height="{BOX_HEIGHT}" rx="9" '
        f'fill="{colour}" fill-opacity=".12" stroke="{colour}" stroke-width="1.5"/>'
        + _text(x, first, box.name, size=13, weight=600)
        + _text(x, first + 16, described, size=11)
        + (_text(x, first + 31, counted, size=11) if counted else "")
        + "</g>"
    )


def _text(x: float, y: float, words: str, *, size: int, weight: int = 400, opacity: float = 1) -> str:
    faint = f' opacity="{opacity}"' if opacity < 1 else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" fill="currentColor" font-size="{size}" '
        f'font-weight="{weight}"{faint}>{escape(words)}</text>'
    )


def _arrow(layout: Layout, given: list[Box], edge: tuple[int, int]) -> str:
    """A smooth line from the foot of one box, around those between, to the top of another, with a head of its own."""
    source, _target = edge
    xs = [x + MARGIN for x in layout.routes[edge]]
    tops = [(layout.level[source] + step) * LEVEL_HEIGHT + MARGIN for step in range(len(xs))]
    xs[-1] += _entry(layout, given, edge)
    path = f"M{xs[0]:.1f} {tops[0] + BOX_HEIGHT}"
    for step in range(1, len(xs)):
        start, end = tops[step - 1] + BOX_HEIGHT, tops[step] - (6 if step == len(xs) - 1 else 0)
        middle = (start + end) / 2
        path += f"C{xs[step - 1]:.1f} {middle:.1f} {xs[step]:.1f} {middle:.1f} {xs[step]:.1f} {end}"
        if step < len(xs) - 1:
            path += f"V{tops[step] + BOX_HEIGHT}"
    x, tip = xs[-1], tops[-1] - 1
    return (
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity=".6" stroke-width="1.4"/>'
        f'<path d="M{x - 4:.1f} {tip - 8}L{x:.1f} {tip}L{x + 4:.1f} {tip - 8}Z" '
        'fill="currentColor" fill-opacity=".75"/>'
    )


def _entry(layout: Layout, given: list[Box], edge: tuple[int, int]) -> float:
    """How far from the centre of its target an arrow arrives: those of several sources stand side by side."""
    arriving = sorted((route[-2], other) for other, route in layout.routes.items() if other[1] == edge[1])
    place = [other for _, other in arriving].index(edge)
    step = min(22.0, (_width(given[edge[1]]) - 30) / len(arriving))
    return (place - (len(arriving) - 1) / 2) * step
