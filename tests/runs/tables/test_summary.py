import pandas as pd
import pytest

from recolab import runs
from recolab.errors import RecoLabError

TABLE = pd.DataFrame(
    {
        "model": ["MF", "MF", "MF", "bias"],
        "parameters.layers": [[2], [2], [2], None],
        "protocol.split": ["u1", "u1", "u2", "u1"],
        "seeds.model": [0, 1, 0, 0],
        "metrics.rmse": [0.90, 0.92, 0.94, 0.95],
    }
)


def test_mean_and_spread_are_taken_over_seeds():
    table = runs.summary(TABLE, by=["model", "protocol.split"])
    row = table.loc[("MF", "u1"), "rmse"]
    # The standard deviation of .90 and .92 with n - 1 in the denominator: .01 * sqrt(2).
    assert row["mean"] == pytest.approx(0.91)
    assert row["sd"] == pytest.approx(0.01 * 2**0.5)
    assert row["runs"] == 2


def test_a_single_run_has_no_spread():
    row = runs.summary(TABLE, by=["model", "protocol.split"]).loc[("bias", "u1"), "rmse"]
    assert pd.isna(row["sd"])


def test_runs_measured_differently_are_not_averaged_without_being_told():
    with pytest.raises(RecoLabError, match=r"differ in 'protocol\.split'"):
        runs.summary(TABLE)
    assert runs.summary(TABLE, over=["protocol.split"]).loc["MF", ("rmse", "mean")] == pytest.approx(0.92)


def test_a_parameter_that_one_run_does_not_have_tells_it_from_the_others():
    same = TABLE[TABLE["model"] == "MF"].assign(**{"protocol.split": "u1"})
    changed = same.assign(**{"parameters.l2": [float("nan"), *[0.1] * (len(same) - 1)]})
    with pytest.raises(RecoLabError, match=r"differ in 'parameters\.l2'"):
        runs.summary(changed)


def test_runs_with_different_lists_among_their_parameters_are_not_averaged_either():
    changed = TABLE.assign(**{"parameters.layers": [[2], [3], [2], None]})
    with pytest.raises(RecoLabError, match=r"differ in 'parameters\.layers'"):
        runs.summary(changed, over=["protocol.split"])


@pytest.mark.parametrize("table", [TABLE, TABLE.iloc[:0]])
def test_an_unknown_column_or_an_empty_table_is_refused(table):
    with pytest.raises(RecoLabError, match="needs recorded runs and columns"):
        runs.summary(table, by=["modle"] if len(table) else ["model"])


def test_the_interval_of_the_mean_is_students():
    row = runs.summary(TABLE, by=["model", "protocol.split"], level=0.95)["rmse"]
    # Two runs leave one degree of freedom, whose t at 97.5 % is 12.7062; the standard error of .90 and .92 is .01.
    assert row.loc[("MF", "u1"), ["low", "high"]].tolist() == pytest.approx([0.91 - 0.127062, 0.91 + 0.127062])
    assert row.loc[("bias", "u1"), ["low", "high"]].isna().all()


def test_a_level_is_a_share():
    with pytest.raises(RecoLabError, match="between 0 and 1, but 95 came"):
        runs.summary(TABLE, by=["model", "protocol.split"], level=95)
