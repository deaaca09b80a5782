"""The MovieLens sets in the layouts of their official archives.

Titles lose the blanks at their ends. The year of release is the last year in brackets of the title: every set has it
there, and where ML-100K's release date differs (191 of 1,682 films) that is mostly the American start of an older
film, such as 16-Feb-1996 for "Taxi Driver (1976)". A title without a year leaves it missing. Genres are a tuple of
words, empty where the set says "unknown" or "(no genres listed)".
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from recolab.data.assemble import assemble
from recolab.data.download import sha256
from recolab.data.fetching import recorded
from recolab.data.ratings import Provenance, Ratings
from recolab.data.sources import Source, source_named
from recolab.data.table_file import Layout, read_lines, read_table

_LATIN = "iso-8859-1"
_RATINGS = {"user_id": "int64", "item_id": "int64", "rating": "float32", "time": "int64"}

U_DATA = Layout(_RATINGS, separator="\t")
_U_USER = Layout(
    {"user_id": "int64", "age": "int64", "gender": "str", "occupation": "str", "zip_code": "str"},
    separator="|",
    encoding=_LATIN,
)
_U_GENRE = Layout({"genre": "str", "number": "int64"}, separator="|")
_U_ITEM = {"item_id": "int64", "title": "str", "released": "str", "released_on_video": "str", "address": "str"}
_RATINGS_DAT = Layout(_RATINGS, separator="::")
_USERS_DAT = Layout(
    {"user_id": "int64", "gender": "str", "age": "int64", "occupation": "int64", "zip_code": "str"},
    separator="::",
    encoding=_LATIN,
)
# A title may hold colons, two in a row even: the id stands before the first `::`, the genres behind the last.
_MOVIES_DAT = r"(?P<item_id>\d+)::(?P<title>.*)::(?P<genres>[^:]*)"
_RATINGS_CSV = Layout(_RATINGS, separator=",", header=True)
_MOVIES_CSV = Layout({"item_id": "int64", "title": "str", "genres": "str"}, separator=",", header=True)

_YEAR = r".*\((\d{4})(?:[-–]\d{0,4})?\)"
_NO_GENRE = ("", "unknown", "(no genres listed)")

# ML-1M's README, "USERS FILE DESCRIPTION".
OCCUPATIONS = (
    "other or not specified",
    "academic/educator",
    "artist",
    "clerical/admin",
    "college/grad student",
    "customer service",
    "doctor/health care",
    "executive/managerial",
    "farmer",
    "homemaker",
    "K-12 student",
    "lawyer",
    "programmer",
    "retired",
    "sales/marketing",
    "scientist",
    "self-employed",
    "technician/engineer",
    "tradesman/craftsman",
    "unemployed",
    "writer",
)


def ml_100k(folder: Path) -> Ratings:
    """MovieLens 100K: `u.data` (tabs), `u.item` and `u.user` (bars, ISO-8859-1), `u.genre`.

    Users: `age` in years, `gender`, `occupation`, `zip_code`. Scale 1 to 5.

    Raises:
        RecoLabError: a file is not in this layout; says which line.
    """
    genres = list(read_table(folder / "u.genre", _U_GENRE)["genre"])
    layout = Layout(_U_ITEM | dict.fromkeys(genres, "int64"), separator="|", encoding=_LATIN)
    items = read_table(folder / "u.item", layout)
    items["genres"] = ""
    for genre in genres:
        items["genres"] += np.where(items[genre] == 1, f"{genre}|", "")
    users = read_table(folder / "u.user", _U_USER)
    return _ratings("ml-100k", folder, read_table(folder / "u.data", U_DATA), users, items, (1.0, 5.0))


def ml_1m(folder: Path) -> Ratings:
    """MovieLens 1M: `ratings.dat`, `users.dat` and `movies.dat`, fields separated by `::`, ISO-8859-1.

    Users: `age` is the lower end of the official range (1 for under 18, then 18, 25, 35, 45, 50 and 56), `gender`,
    `occupation` in the words of the README, `zip_code`. Scale 1 to 5. 177 of the 3,883 films have no rating and are
    left out.

    Raises:
        RecoLabError: a file is not in this layout; says which line.
    """
    users = read_table(folder / "users.dat", _USERS_DAT)
    users["occupation"] = users["occupation"].map(dict(enumerate(OCCUPATIONS)))
    users = users[["user_id", "age", "gender", "occupation", "zip_code"]]
    items = read_lines(folder / "movies.dat", _MOVIES_DAT, encoding=_LATIN).astype({"item_id": "int64"})
    return _ratings("ml-1m", folder, read_table(folder / "ratings.dat", _RATINGS_DAT), users, items, (1.0, 5.0))


def ml_latest_small(folder: Path) -> Ratings:
    """MovieLens latest small: `ratings.csv` and `movies.csv`, UTF-8 with CRLF line ends and a header.

    Nothing is known of the users. Scale 0.5 to 5 in halves. 18 of the 9,742 films have no rating and are left out.

    Raises:
        RecoLabError: a file is not in this layout; says which line.
    """
    table = read_table(folder / "ratings.csv", _RATINGS_CSV)
    items = read_table(folder / "movies.csv", _MOVIES_CSV)
    users = pd.DataFrame({"user_id": np.sort(table["user_id"].unique())})
    return _ratings("ml-latest-small", folder, table, users, items, (0.5, 5.0))


READERS = {"ml-100k": ml_100k, "ml-1m": ml_1m, "ml-latest-small": ml_latest_small}


def _ratings(
    name: str, folder: Path, table: pd.DataFrame, users: pd.DataFrame, items: pd.DataFrame, scale: tuple[float, float]
) -> Ratings:
    source = source_named(name)
    table["time"] = table["time"].to_numpy().astype("datetime64[s]")
    items["title"] = items["title"].str.strip()
    items["year"] = pd.to_numeric(items["title"].str.extract(_YEAR, expand=False)).astype("Int64")
    items["genres"] = items["genres"].map(_words)
    ratings_file, header_lines = source.needed[0], int(source.needed[0].endswith(".csv"))
    return assemble(
        table,
        users,
        items[["item_id", "title", "year", "genres"]],
        scale,
        _provenance(source, folder),
        lambda row: f"{ratings_file}, line {row + 1 + header_lines}",
    )


def _words(genres: str) -> tuple[str, ...]:
    return tuple(word for word in genres.split("|") if word not in _NO_GENRE)


def _provenance(source: Source, folder: Path) -> Provenance:
    files = {file: sha256(folder / file) for file in source.needed}
    official = {**recorded(folder), **source.official}
    different = [file for file, found in files.items() if official.get(file) != found]
    notes: tuple[str, ...] = ()
    known = [source.editions[files[file]] for file in different if files[file] in source.editions]
    if not different:
        edition = "official"
    elif len(known) == len(different):
        edition, notes = known[0][0], tuple(note for _, note in known)
    else:
        edition, notes = "unknown edition", (f"Not known to be the official files: {', '.join(different)}.",)
    return Provenance(name=source.name, edition=edition, source=str(folder), files=files, notes=notes)
