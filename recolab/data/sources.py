"""The published sets: what their files are called, where they are had, and the sha256 that vouches for them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recolab.errors import RecoLabError


@dataclass(frozen=True)
class Download:
    """One file to be fetched.

    Attributes:
        file: its name; a `.zip` is unpacked.
        addresses: where the same bytes are had, the official address first.
        sha256: what the bytes must hash to, whoever sent them.
        size: their number.
    """

    file: str
    addresses: tuple[str, ...]
    sha256: str
    size: int


@dataclass(frozen=True)
class Source:
    """A published set.

    Attributes:
        name: its short name, which is also the name of its folder.
        about: one line for people.
        licence: what its authors allow.
        downloads: what to fetch.
        needed: the files without which the set cannot be read.
        official: sha256 of the official files we know, by name; a set in our cache holds them all.
        editions: sha256 of other files we know: which edition they are, and what a reader must know about it.
    """

    name: str
    about: str
    licence: str
    downloads: tuple[Download, ...]
    needed: tuple[str, ...]
    official: Mapping[str, str]
    editions: Mapping[str, tuple[str, str]]


_GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
_MIRROR = "https://huggingface.co/datasets/Recommenders/MovieLens/resolve/main/"
_NCF = "https://raw.githubusercontent.com/hexiangnan/neural_collaborative_filtering/master/Data/"

ML_100K = Source(
    name="ml-100k",
    about="MovieLens 100K: 100,000 ratings from 1 to 5 by 943 users of 1,682 films, September 1997 to April 1998",
    licence="research use, no redistribution (GroupLens)",
    downloads=(
        Download(
            file="ml-100k.zip",
            addresses=(_GROUPLENS + "ml-100k.zip", _MIRROR + "ml-100k.zip"),
            sha256="50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
            size=4_924_029,
        ),
    ),
    needed=("u.data", "u.item", "u.genre", "u.user"),
    official={
        "u.data": "06416e597f82b7342361e41163890c81036900f418ad91315590814211dca490",
        "u.item": "553841ebc7de3a0fd0d6b62a204ea30c1e651aacfb2814c7a6584ac52f2c5701",
        "u.genre": "9757e0d3e6b298159a80dd48eaf938114690e911e39af97a76949ef1663610bb",
        "u.user": "f120e114da2e8cf314fd28f99417c94ae9ddf1cb6db8ce0e4b5995d40e90e62c",
        "u1.base": "ce253ec86c448b44fb3ba9a30d12dcfc2e9210cbde71efada3730c22e9ac212a",
        "u1.test": "18c6014a4b2c7324f250a63f8904a7b16b2b19f911129e346141507b0cbac950",
        "u2.base": "6c06f0b5df4b256da1a994f3ac66edc8da4d3f09bc9282df6b14d893366d703e",
        "u2.test": "4de658d1e04ed9104629509a2e2528fce833ac8e048280183f1df167632038c3",
        "u3.base": "afdc155c291c6edc41c0407e39d7462eb98d341e064f0b0a12175b80b3c4af5d",
        "u3.test": "0f548b51c78327de4c156461d3e430b7e5579fe2b5681586a59416e48fd35f6d",
        "u4.base": "219f0f4d40dfe9c5141d425f53fa91ee23ed275f14e280bbf1b50117afb064ca",
        "u4.test": "7c02ad0a1e7ab1083c8b9d4b627203a051dd7b5eab46d99fa44de33470de8db9",
        "u5.base": "a9574e59ce961eec2121627760b6e9b0974ce1637b3fe69ac32cb14a4bfab485",
        "u5.test": "351cc52e0d15b6c721466276fc24671d40936899e3d01fadeaf312915b8c5634",
        "ua.base": "67b5bcdb380c29f85d56a012ecd88612ae020f30a6730d117a334ee8203b91f2",
        "ua.test": "d0497e202417720f57a184ec8c66be2d1afa4ff41bb53787c57b28d6bf79bc42",
    },
    editions={},
)

ML_1M = Source(
    name="ml-1m",
    about="MovieLens 1M: 1,000,209 ratings from 1 to 5 by 6,040 users of 3,706 films, 2000 to 2003",
    licence="research use, no redistribution (GroupLens)",
    downloads=(
        Download(
            file="ml-1m.zip",
            addresses=(_GROUPLENS + "ml-1m.zip", _MIRROR + "ml-1m.zip"),
            sha256="a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
            size=5_917_549,
        ),
    ),
    needed=("ratings.dat", "movies.dat", "users.dat"),
    # The official ratings.dat is vouched for by its archive: what we unpack, we write down (see `fetch`).
    official={
        "movies.dat": "0140fc2356357c1a851d0f52e893a1e4d3696df632c4141cea8d5bc3d621f0b9",
        "users.dat": "1dc3a95300cb19f7c10e027daf29b8cdf1d908dab65b5edfb45950aa389a10a3",
    },
    editions={
        "fc0286ed9582ffbdbc6e4dafbba4f88a6349fc23eebf4bfd9f27412f10a2a078": (
            "timestamps reconstructed",
            "The timestamps of this ratings.dat are reconstructed: 49,486 are exact, 796,004 lie within 523 seconds of "
            "the official ones, the rest are interpolated so that every user's order in time is right.",
        )
    },
)

ML_LATEST_SMALL = Source(
    name="ml-latest-small",
    about="MovieLens latest small, edition 2018-09: 100,836 ratings from 0.5 to 5 by 610 users of 9,724 films, to 2018",
    licence="research use, redistribution under the same terms (GroupLens)",
    downloads=(
        Download(
            file="ml-latest-small.zip",
            addresses=(_GROUPLENS + "ml-latest-small.zip",),  # the mirror does not hold this one
            sha256="696d65a3dfceac7c45750ad32df2c259311949efec81f0f144fdfb91ebc9e436",
            size=978_202,
        ),
    ),
    needed=("ratings.csv", "movies.csv"),
    official={
        "ratings.csv": "aa289ca83157595d0df6aea1be6a4ded676ddc4385472e8313a8ed9805352646",
        "movies.csv": "5a5f32dd9bb3797b8e728a1b98958789d2b13f294a69fdfbc5727f8a9611aa07",
    },
    editions={},
)

ML_1M_NCF = Source(
    name="ml-1m-ncf",
    about="The NCF authors' split of ML-1M: each user's test item and 99 items to rank it against",
    licence="Apache-2.0 (Xiangnan He and others)",
    downloads=(
        Download(
            file="ml-1m.test.rating",
            addresses=(_NCF + "ml-1m.test.rating",),
            sha256="231ae11eb060b643a8c58c063cd17ffc743b54f569afb073d1abb6cf126b88b5",
            size=128_039,
        ),
        Download(
            file="ml-1m.test.negative",
            addresses=(_NCF + "ml-1m.test.negative",),
            sha256="127853228a76b7d21c0481e8ef8d00dd009cd5c88670dbdd9e9debfdb9f93de4",
            size=2_891_424,
        ),
    ),
    needed=("ml-1m.test.rating", "ml-1m.test.negative"),
    official={
        "ml-1m.test.rating": "231ae11eb060b643a8c58c063cd17ffc743b54f569afb073d1abb6cf126b88b5",
        "ml-1m.test.negative": "127853228a76b7d21c0481e8ef8d00dd009cd5c88670dbdd9e9debfdb9f93de4",
    },
    editions={},
)

SOURCES = {source.name: source for source in (ML_100K, ML_1M, ML_LATEST_SMALL, ML_1M_NCF)}


def source_named(name: str) -> Source:
    """The published set of that name.

    Raises:
        RecoLabError: there is none.
    """
    if name not in SOURCES:
        raise unknown(name, SOURCES)
    return SOURCES[name]


def unknown(name: str, known: Iterable[str]) -> RecoLabError:
    """The error for a name that no data set has; it suggests the nearest."""
    choices = list(known)
    near = difflib.get_close_matches(str(name).lower(), choices, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    return RecoLabError(f"There is no data set {name!r}; there are {', '.join(map(repr, choices))}.{hint}")
