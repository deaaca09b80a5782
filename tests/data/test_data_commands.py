"""`recolab data`."""

import pytest
from typer.testing import CliRunner

from recolab.cli.data import app


@pytest.fixture
def run():
    return lambda *words: CliRunner().invoke(app, list(words))


def test_list_names_every_set_with_its_licence(run):
    lines = run("list").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ml-100k", "ml-1m", "ml-latest-small", "ml-1m-ncf", "synthetic"]
    assert all("Licence: " in line for line in lines)


def test_fetch_prints_the_folder(run, serve, publish, tiny_zip, tmp_path):
    publish(serve(tiny_zip))
    assert run("fetch", "ml-100k").stdout == f"{tmp_path / 'cache' / 'ml-100k'}\n"


def test_where_shows_each_set_on_its_line(run, tiny_folder, monkeypatch):
    monkeypatch.setenv("RECOLAB_DATA", str(tiny_folder.parent))
    lines = run("where").stdout.splitlines()
    assert lines[0].split() == ["ml-100k", "RECOLAB_DATA", str(tiny_folder)]
    assert lines[-1].split() == ["synthetic", "generated"]
