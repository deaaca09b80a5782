"""The course's own runs: its tables say what was recorded, and one short row of each protocol is made again."""

from __future__ import annotations

import pandas as pd
import pytest

from recolab import runs
from recolab.errors import RecoLabError
from recolab.runs.records import circumstances
from recolab.runs.sweeps.sweep_file import read_sweep
from recolab.runs.tables.boards import boards_of, read_board

ROOT = circumstances.checkout()
BOARDS = [
    board.name
    for path in sorted((ROOT / "sweeps").glob("*.yaml"))
    for board in boards_of(read_sweep(path, check=False))
]
PROTOCOLS = ("u1", "random fifth", "fifth of each user", "ncf", "ua", "autoint", "autoint with ids", "global time")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """Recorded results of experiments, with their protocol's name."""
    table = runs.recorded(folder=ROOT / "results")
    table = table[table["asked"].notna() & ~table["experiment"].str.endswith("-search")]
    asked = pd.DataFrame([each["parameters"] for each in table["asked"]], index=table.index)
    return table.assign(protocol=asked["protocol"], epochs=asked["epochs"])


@pytest.mark.slow
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_short_row_of_each_protocol_can_be_made_again(protocol, rows, real_data):
    of_protocol = rows[rows["protocol"] == protocol]
    if of_protocol.empty:
        pytest.fail(f"no run of the protocol {protocol!r} is recorded")
    trained = of_protocol[of_protocol["epochs"].notna() & of_protocol["details.training_seconds"].le(60)]
    shortest = (trained if len(trained) else of_protocol).sort_values("details.training_seconds").iloc[0]
    again = runs.repeat(shortest["run"], folder=ROOT / "results")
    same_versions = not again.versions and not again.machine and not again.rooms
    assert again.same if same_versions else again.agrees, again.metrics


def test_a_row_of_a_script_says_that_the_script_makes_it_again():
    table = runs.recorded("training-speed", folder=ROOT / "results")
    with pytest.raises(RecoLabError, match="was recorded by a script"):
        runs.repeat(table["run"].iloc[0], folder=ROOT / "results")


def test_every_table_belongs_to_a_sweep():
    tables = {path.stem for path in (ROOT / "results").glob("*.csv")} - {"published"}
    assert tables
    assert tables <= set(BOARDS)


@pytest.mark.parametrize("name", BOARDS)
def test_a_table_says_what_was_recorded_and_nothing_else(name):
    shown = read_board(name, ROOT / "sweeps", ROOT / "results")
    if not shown.table.empty:
        drawn = shown.board.drawn(shown.rows, ROOT / "results").to_csv(float_format="%.6g")
        assert (ROOT / "results" / f"{name}.csv").read_text() == drawn
