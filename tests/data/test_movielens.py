"""The official layouts, on made-up rows with every blemish of the real files, and on the real files."""

import numpy as np
import pandas as pd
import pytest

from recolab.data import load
from recolab.data.movielens import READERS
from recolab.errors import RecoLabError


@pytest.fixture
def one_m(tmp_path):
    folder = tmp_path / "ml-1m"
    folder.mkdir()
    (folder / "ratings.dat").write_bytes(b"2::30::5::978300760\n1::10::3::978302109\n2::10::4::978300055\n")
    (folder / "users.dat").write_bytes(b"1::M::1::0::48067-12\n2::F::56::20::02138\n")
    (folder / "movies.dat").write_bytes(
        "10::Señor: War:: The Film (1999)::Comedy|Film-Noir\n20::Nobody Saw It (1950)::Drama\n"
        "30::Why: (2000): (2001)::Drama\n".encode("iso-8859-1")
    )
    return folder


@pytest.fixture
def latest_small(tmp_path):
    folder = tmp_path / "ml-latest-small"
    folder.mkdir()
    (folder / "ratings.csv").write_bytes(
        b"userId,movieId,rating,timestamp\r\n7,5,0.5,964982703\r\n3,2,4.5,964981247\r\n3,5,5.0,964982224\r\n"
    )
    (folder / "movies.csv").write_bytes(
        'movieId,title,genres\r\n2,"Tea, the ""Film"" (2018)",Sci-Fi|War\r\n4,Unseen (1999),Drama\r\n'
        "5,日本 Nôto (2006–2007) ,(no genres listed)\r\n".encode()
    )
    return folder


def test_ml_100k_is_read_in_its_official_layout(tiny_folder):
    ratings = load("ml-100k", folder=tiny_folder)
    assert ratings.frame.to_dict("list") == {
        "user": [1, 0, 2, 0],
        "item": [0, 2, 0, 1],
        "rating": [5, 3, 1, 4],
        "time": [pd.Timestamp(s, unit="s") for s in (881250949, 891717742, 878887116, 880606923)],
        "user_id": [2, 1, 3, 1],
        "item_id": [1, 3, 1, 2],
    }
    assert [str(kind) for kind in ratings.frame.dtypes[:4]] == ["int32", "int32", "float32", "datetime64[s]"]
    assert ratings.users.to_dict("list") == {
        "user_id": [1, 2, 3],
        "age": [31, 19, 64],
        "gender": ["F", "M", "F"],
        "occupation": ["writer", "none", "other"],
        "zip_code": ["N1 9GU", "00501", "75011"],
    }
    assert ratings.items["title"].tolist() == ["Café: The Film (1931)", "Null", '"Tin" Men (1987)']
    assert ratings.items["year"].tolist() == [1931, pd.NA, 1987]  # of the title, not of the release date
    assert ratings.items["genres"].tolist() == [("Comedy", "War"), (), ("War",)]
    assert ratings.scale == (1.0, 5.0)


def test_ml_1m_is_read_in_its_official_layout(one_m):
    ratings = load("ml-1m", folder=one_m)
    assert ratings.frame[["user", "item", "rating", "user_id", "item_id"]].to_numpy().tolist() == [
        [1, 1, 5, 2, 30],
        [0, 0, 3, 1, 10],
        [1, 0, 4, 2, 10],
    ]
    assert ratings.users.to_dict("list") == {
        "user_id": [1, 2],
        "age": [1, 56],
        "gender": ["M", "F"],
        "occupation": ["other or not specified", "writer"],
        "zip_code": ["48067-12", "02138"],
    }
    assert ratings.items["title"].tolist() == ["Señor: War:: The Film (1999)", "Why: (2000): (2001)"]
    assert ratings.items["year"].tolist() == [1999, 2001]
    assert ratings.items["genres"].tolist() == [("Comedy", "Film-Noir"), ("Drama",)]


def test_ml_latest_small_is_read_in_its_official_layout(latest_small):
    ratings = load("ml-latest-small", folder=latest_small)
    assert ratings.users.to_dict("list") == {"user_id": [3, 7]}
    assert ratings.frame[["user", "item", "rating"]].to_numpy().tolist() == [[1, 1, 0.5], [0, 0, 4.5], [0, 1, 5]]
    assert ratings.items["title"].tolist() == ['Tea, the "Film" (2018)', "日本 Nôto (2006–2007)"]
    assert ratings.items["year"].tolist() == [2018, 2006]
    assert ratings.items["genres"].tolist() == [("Sci-Fi", "War"), ()]
    assert ratings.scale == (0.5, 5.0)


@pytest.mark.parametrize("file", ["u.data", "u.user", "u.item", "u.genre"])
def test_windows_line_ends_make_no_difference(tiny_folder, file):
    plain = load("ml-100k", folder=tiny_folder)
    (tiny_folder / file).write_bytes((tiny_folder / file).read_bytes().replace(b"\n", b"\r\n"))
    windows = load("ml-100k", folder=tiny_folder)
    for table in ("frame", "users", "items"):
        pd.testing.assert_frame_equal(getattr(plain, table), getattr(windows, table))


def test_an_item_without_a_rating_is_left_out_and_the_provenance_says_so(one_m):
    ratings = load("ml-1m", folder=one_m)
    assert ratings.items["item_id"].tolist() == [10, 30]
    assert "Items without any rating, left out of the catalogue: 1." in ratings.provenance.notes


def test_files_nobody_vouches_for_are_of_an_unknown_edition(tiny_folder):
    provenance = load("ml-100k", folder=tiny_folder).provenance
    assert provenance.edition == "unknown edition"
    assert provenance.notes == ("Not known to be the official files: u.data, u.item, u.genre, u.user.",)
    assert provenance.source == str(tiny_folder)
    assert set(provenance.files) == {"u.data", "u.item", "u.genre", "u.user"}


def test_files_from_a_verified_archive_are_official_until_somebody_changes_them(serve, publish, tiny_zip, tmp_path):
    publish(serve(tiny_zip))
    assert load("ml-100k").provenance.edition == "official"
    with (tmp_path / "cache" / "ml-100k" / "u.data").open("ab") as file:
        file.write(b"3\t2\t5\t880606923\n")
    assert load("ml-100k").provenance.notes == ("Not known to be the official files: u.data.",)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (b"2\t3\t\t880606923", r"u\.data, line 5: rating must be a number, but is ''"),
        (b"2\t3\tgood\t880606923", r"u\.data, line 5: rating must be a number, but is 'good'"),
        (b"2\t3\t4\tyesterday", r"u\.data, line 5: time must be a whole number, but is 'yesterday'"),
        (b"2\t3\t4", r"u\.data, line 5: 4 fields separated by '\\t' are expected, 3 came"),
        (b"2\t3\t4\t880606923\t1", r"u\.data, line 5: 4 fields separated by '\\t' are expected, 5 came"),
        (b"2\t3\t6\t880606923", r"scale from 1 to 5, but 1 of 5 do not, first 6 \(u\.data, line 5\)"),
        (b"2\t3\tnan\t880606923", r"u\.data, line 5: rating must be a number, but is 'nan'"),
        (
            b"9\t3\t4\t880606923",
            r"needs its user in the user table, but 1 of 5 have none there, first (user|item) 9 \(u\.data, line 5\)",
        ),
        (
            b"2\t9\t4\t880606923",
            r"needs its item in the item table, but 1 of 5 have none there, first (user|item) 9 \(u\.data, line 5\)",
        ),
        (b"2\t1\t4\t880606923", r"1 of 5 rows repeat a pair, first user 2 and item 1 \(u\.data, line 5\)"),
        (b"2\t\xff\t4\t880606923", r"u\.data, line 5, is not text in utf-8"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_file_and_line(tiny_folder, row, sentence):
    with (tiny_folder / "u.data").open("ab") as file:
        file.write(row + b"\n")
    with pytest.raises(RecoLabError, match=sentence):
        load("ml-100k", folder=tiny_folder)


def test_a_table_whose_every_row_has_a_field_too_many_is_refused(tiny_folder):
    (tiny_folder / "u.data").write_bytes(b"1\t1\t5\t881250949\t0\n2\t1\t5\t881250949\t0\n")
    with pytest.raises(RecoLabError, match=r"u\.data, line 1: 4 fields separated by '\\t' are expected, 5 came"):
        load("ml-100k", folder=tiny_folder)


def test_an_empty_file_is_refused(tiny_folder):
    (tiny_folder / "u.data").write_bytes(b"")
    with pytest.raises(RecoLabError, match=r"u\.data holds no rows"):
        load("ml-100k", folder=tiny_folder)


def test_a_film_that_cannot_be_read_is_named_by_file_and_line(one_m):
    with (one_m / "movies.dat").open("ab") as file:
        file.write(b"40:No Colons (1999):Drama\n")
    with pytest.raises(RecoLabError, match=r"movies\.dat, line 4, is not in the layout of its set: '40:No Colons"):
        load("ml-1m", folder=one_m)


def test_a_bad_row_of_a_csv_file_counts_the_header(latest_small):
    with (latest_small / "ratings.csv").open("ab") as file:
        file.write(b"3,4,5.5,964982224\r\n")
    with pytest.raises(RecoLabError, match=r"first 5\.5 \(ratings\.csv, line 5\)"):
        load("ml-latest-small", folder=latest_small)


REAL = {
    "ml-100k": ("official", 100_000, 943, 1_682, 3.52986, 1, "1997-09-20", "1998-04-22"),
    "ml-1m": ("timestamps reconstructed", 1_000_209, 6_040, 3_706, 3.581564, 0, "2000-04-25", "2003-02-28"),
    "ml-latest-small": ("official", 100_836, 610, 9_724, 3.501557, 12, "1996-03-29", "2018-09-24"),
}


@pytest.mark.parametrize("name", REAL)
def test_the_real_set_has_its_published_size_mean_and_sha256(real_data, name):
    ratings = load(name, folder=real_data)
    edition, rows, users, items, mean, yearless, first, last = REAL[name]
    assert (ratings.provenance.edition, len(ratings), ratings.n_users, ratings.n_items) == (edition, rows, users, items)
    assert ratings.frame["rating"].mean() == pytest.approx(mean, abs=1e-5)
    assert np.array_equal(ratings.items["item_id"].to_numpy()[ratings.frame["item"]], ratings.frame["item_id"])
    assert np.array_equal(ratings.users["user_id"].to_numpy()[ratings.frame["user"]], ratings.frame["user_id"])
    assert ratings.items["year"].isna().sum() == yearless
    assert ratings.items["year"].dropna().between(1900, 2018).all()
    assert [str(ratings.frame["time"].agg(end).date()) for end in ("min", "max")] == [first, last]


def test_a_reader_stands_ready_for_every_name_that_can_be_asked_for():
    assert list(READERS) == ["ml-100k", "ml-1m", "ml-latest-small"]


def test_real_titles_years_and_genres_are_those_of_the_files(real_data):
    small, one_m, latest = (load(name, folder=real_data).items for name in READERS)
    assert small.loc[small["item_id"] == 1, ["title", "year", "genres"]].to_numpy().tolist() == [
        ["Toy Story (1995)", 1995, ("Animation", "Children's", "Comedy")]
    ]
    assert [len(set().union(*items["genres"])) for items in (small, one_m, latest)] == [18, 18, 19]
    assert not small["title"].str.contains("\ufffd").any()
    assert "Misérables, Les (1995)" in set(one_m["title"])
