"""A drawn card for an item without a poster: its title on a ground that is always the same for the same item."""

from __future__ import annotations

import math
import re
import textwrap
import zlib
from html import escape

WIDTH, HEIGHT = 160, 240

# Grounds with the lighter tone of their ornament. White text has a contrast of at least 7 : 1 on each ground, and
# 4.5 : 1 where the ornament shows through.
GROUNDS = (
    ("#1f3a5f", "#5b8fd0"),
    ("#5a2332", "#d9748c"),
    ("#1e4a3f", "#55b394"),
    ("#4a2f63", "#a883d6"),
    ("#5c3a17", "#d99a4e"),
    ("#23474f", "#5fb0c2"),
    ("#3f3f46", "#9a9aa8"),
    ("#54284f", "#cf77c2"),
    ("#2f4a1f", "#8fbf5a"),
    ("#2b2f6b", "#7d86e6"),
)
ORNAMENT_OPACITY = 0.22
# The size of the letters by the number of lines the title takes, and how many letters of that size a line holds.
_SIZES = ((3, 19, 11), (5, 16, 13), (8, 13, 16))


def split_year(title: str) -> tuple[str, str]:
    """The title without a year in brackets at its end, and that year (or nothing)."""
    found = re.fullmatch(r"(.*\S)\s*\((\d{4})\)\s*", title)
    return (found[1], found[2]) if found else (title, "")


def drawn_card(item_id: str, title: str, genre: str = "") -> str:
    """An SVG of 2 : 3 with the title, the year where the title holds it, and the genre where it is known.

    Colour and ornament are worked out from the genre and the id, so that an item looks the same everywhere.
    """
    number = zlib.crc32(item_id.encode())
    ground, tone = GROUNDS[zlib.crc32((genre or item_id).encode()) % len(GROUNDS)]
    name, year = split_year(title)
    lines, size = _wrapped(name)
    words = "".join(
        f'<text x="14" y="{HEIGHT - 44 - (len(lines) - 1 - place) * size * 1.2:.1f}" font-size="{size}" '
        f'font-weight="700">{escape(line)}</text>'
        for place, line in enumerate(lines)
    )
    foot = " · ".join(filter(None, (year, genre)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {HEIGHT}" fill="#fff" '
        f'style="display:block;width:100%;height:100%;background:{ground}" '
        "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif\">"
        f'<title>{escape(title)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="{ground}"/>'
        f'<g fill="{tone}" stroke="{tone}" fill-opacity="{ORNAMENT_OPACITY}" stroke-opacity="{ORNAMENT_OPACITY}">'
        f"{_ornament(number)}</g>{words}"
        f'<text x="14" y="{HEIGHT - 18}" font-size="13" opacity=".9">{escape(foot)}</text></svg>'
    )


def _wrapped(name: str) -> tuple[list[str], int]:
    """The lines of a title and the size of its letters; what does not fit ends in an ellipsis."""
    for most, size, letters in _SIZES:
        lines = textwrap.wrap(name, letters)
        if len(lines) <= most:
            return lines, size
    return textwrap.wrap(name, letters, max_lines=most, placeholder=" …"), size


def _ornament(number: int) -> str:
    """One of four ornaments, placed by the digits of the number."""
    x, y = 30 + number // 7 % 100, 25 + number // 11 % 60
    kind = number % 4
    if kind == 0:
        return "".join(f'<circle cx="{x}" cy="{y}" r="{radius}"/>' for radius in (28, 56, 92))
    if kind == 1:
        return "".join(
            f'<path d="M{-60 + step * 34} {HEIGHT}L{80 + step * 34} -10" fill="none" '
            f'stroke-width="{6 + 5 * (step % 3)}"/>'
            for step in range(-1, 7)
        )
    if kind == 2:
        rays = [(math.tau * ray / 18, math.tau * (ray + 0.5) / 18) for ray in range(18)]
        return "".join(
            f'<path d="M{x} {y}L{x + 320 * math.cos(a):.0f} {y + 320 * math.sin(a):.0f}'
            f'L{x + 320 * math.cos(b):.0f} {y + 320 * math.sin(b):.0f}Z" stroke="none"/>'
            for a, b in rays
        )
    return "".join(
        f'<path d="M0 {y + step * 26}q40 -{18 + step * 3} 80 0t80 0V{HEIGHT}H0Z" stroke="none"/>' for step in range(3)
    )
