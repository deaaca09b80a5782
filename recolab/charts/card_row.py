"""Recommendations as a row of cards: a poster where there is one, a drawn title card otherwise."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from recolab.charts.title_card import drawn_card, split_year
from recolab.errors import RecoLabError

MOST_CARDS = 60
MOST_POSTER_BYTES = 300_000

_MEDIA = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
_SCORES = ("score", "similarity")


@dataclass(frozen=True)
class Cards:
    """Cards as HTML; a notebook shows them by itself.

    Attributes:
        html: the whole row, styled in place and without any outside request.
        count: how many cards there are.
    """

    html: str
    count: int

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Cards({self.count} items)"


def cards(table: pd.DataFrame, *, posters: str | Path | None = None) -> Cards:
    """Show a table of recommended or similar items as cards, one row of them for every user.

    Args:
        table: what `recommend.top_k`, `similar_items` or `new_user` gave: columns `item_id` and `title`; `rank`,
            `score` or `similarity`, and `user_id` where there are any. At most 60 rows.
        posters: a folder of images named by item id (`1.jpg`, `2.png`, `3.webp`), at most 300 kB each. They become part
            of the output. Items without one, or all items without a folder, get a drawn card.

    Raises:
        RecoLabError: the table lacks a column or has too many rows, or a poster or the folder cannot be used.
    """
    _check(table)
    images = _posters(posters) if posters is not None else {}
    groups = (
        table.groupby("user_id", sort=False)
        if "user_id" in table and table["user_id"].nunique() > 1
        else [(None, table)]
    )
    rows = [_row(user, part, images) for user, part in groups]
    return Cards("".join(rows), len(table))


def _check(table: Any) -> None:
    if not isinstance(table, pd.DataFrame):
        raise RecoLabError(
            "cards shows the tables of recolab.recommend (a DataFrame), but received a value of type "
            f"{type(table).__name__}."
        )
    missing = [column for column in ("item_id", "title") if column not in table]
    if missing:
        raise RecoLabError(f"cards needs the columns item_id and title, but the table lacks {' and '.join(missing)}.")
    if not 0 < len(table) <= MOST_CARDS:
        raise RecoLabError(
            f"cards shows between 1 and {MOST_CARDS} items, but the table has {len(table):,} rows: take a part of it."
        )


def _posters(folder: str | Path) -> dict[str, Path]:
    """The images of a folder by item id."""
    path = Path(folder)
    if not path.is_dir():
        raise RecoLabError(f"posters names a folder of images, but there is no folder {str(folder)!r}.")
    return {file.stem: file for file in sorted(path.iterdir()) if file.suffix.lower() in _MEDIA and file.is_file()}


def _row(user: Any, table: pd.DataFrame, images: dict[str, Path]) -> str:
    heading = "" if user is None else f'<p style="margin:.6em 0 .2em;font-weight:600">User {escape(str(user))}</p>'
    drawn = "".join(_card(row, images) for row in table.to_dict("records"))
    # min(): three cards side by side on a phone, as many as fit on a wide page.
    columns = "repeat(auto-fill,minmax(min(118px,29%),1fr))"
    return (
        f'{heading}<div role="list" style="display:grid;grid-template-columns:{columns};gap:14px;max-width:760px;'
        f'margin:.4em 0;color:inherit">{drawn}</div>'
    )


def _card(row: Mapping[Any, Any], images: dict[str, Path]) -> str:
    title = str(row["title"])
    poster = images.get(str(row["item_id"]))
    name, year = split_year(title)
    if poster:
        picture = _embedded(poster, title)
        named = f'<div style="font-weight:600">{escape(name)}</div>' + (
            f'<div style="opacity:.8">{year}</div>' if year else ""
        )
    else:
        picture, named = drawn_card(str(row["item_id"]), title, _genre(row)), ""
    return (
        '<figure role="listitem" style="margin:0;font-size:12px;line-height:1.35;color:inherit">'
        f'<div style="aspect-ratio:2/3;border-radius:9px;overflow:hidden;margin-bottom:6px">{picture}</div>'
        f'<figcaption style="margin:0;color:inherit;text-align:left;font-size:12px">{named}{_numbers(row)}</figcaption>'
        "</figure>"
    )


def _numbers(row: Mapping[Any, Any]) -> str:
    """Rank and score of an item, as far as the table has them."""
    rank = f"<b>{int(row['rank'])}</b>" if "rank" in row else ""
    scores = [f"{column} {float(row[column]):.2f}" for column in _SCORES if column in row]
    return " · ".join([*filter(None, [rank]), *scores])


def _genre(row: Mapping[Any, Any]) -> str:
    genres = row.get("genres")
    return str(genres[0]) if isinstance(genres, list | tuple) and genres else ""


def _embedded(poster: Path, title: str) -> str:
    size = poster.stat().st_size
    if size > MOST_POSTER_BYTES:
        raise RecoLabError(
            f"The poster {poster.name} has {size / 1000:,.0f} kB and would become part of the page: make it smaller "
            f"than {MOST_POSTER_BYTES // 1000} kB, for example 300 × 450 pixels."
        )
    data = base64.b64encode(poster.read_bytes()).decode("ascii")
    alt = escape(f"Poster of {title}")
    return (
        f'<img alt="{alt}" src="data:{_MEDIA[poster.suffix.lower()]};base64,{data}" '
        'style="display:block;width:100%;height:100%;margin:0;padding:0;object-fit:cover">'
    )
