import pytest
import yaml

from recolab.errors import RecoLabError
from recolab.runs.sweeps import sweep as sweeps
from recolab.runs.sweeps.sweep_file import read_sweep

EXPERIMENT = {"data": "synthetic", "protocol": "random fifth"}
TRAINED = {"model": "BiasedMF", "optimizer": "sgd", "rate": 1.0}


@pytest.fixture(autouse=True)
def toy_data(monkeypatch):
    """No file is read to find out which data a run has."""
    monkeypatch.setattr(sweeps, "data_named", lambda name: {"name": name})


@pytest.fixture
def write(tmp_path):
    def write(**keys):
        path = tmp_path / "sweep.yaml"
        path.write_text(yaml.safe_dump({"name": "toy", **keys}, sort_keys=False))
        return path

    return write


def runs_of(path, found=None):
    return read_sweep(path).runs(found or {})[0]


def row(rmse, best_epoch=None):
    """A recorded run on validation rows."""
    return {"results": [{"metrics": {"rmse": rmse}, "details": {"best_epoch": best_epoch}}]}


def test_a_grid_makes_every_combination_and_what_a_model_says_goes_before_it(write):
    path = write(
        parameters=EXPERIMENT,
        models={
            "mean": {"model": "GlobalMean", "seed": 0},
            "mf": {**TRAINED, "epochs": 1},
            "mf of users": {**TRAINED, "epochs": 2, "protocol": "fifth of each user"},
        },
        grid={"protocol": ["random fifth", "last of each user"], "seed": [0, 1]},
    )
    found = [
        (run.label, run.parameters["protocol"], run.parameters.get("epochs"), run.parameters.get("seed", 0))
        for run in runs_of(path)
    ]
    assert found == [
        ("mean", "random fifth", None, 0),
        ("mean", "last of each user", None, 0),
        *(("mf", protocol, 1, seed) for protocol in ("random fifth", "last of each user") for seed in (0, 1)),
        *(("mf of users", "fifth of each user", 2, seed) for seed in (0, 1)),
    ]


def test_seeds_of_the_grid_go_before_a_shared_one_and_a_models_own_before_both(write):
    models = {"mean": {"model": "GlobalMean", "seed": 3}, "mf": {**TRAINED, "epochs": 1}}
    shared = {**EXPERIMENT, "seed": 7}
    seeds = [run.parameters["seed"] for run in runs_of(write(parameters=shared, models=models, grid={"seed": [1, 2]}))]
    assert seeds == [3, 1, 2]
    assert [run.parameters["seed"] for run in runs_of(write(parameters=shared, models=models))] == [3, 7]


def test_a_list_without_names_takes_the_models_name_and_equal_runs_are_one(write):
    path = write(
        parameters=EXPERIMENT, list=[{"model": "GlobalMean"}, {"model": "BiasBaseline"}, {"model": "GlobalMean"}]
    )
    assert [run.label for run in runs_of(path)] == ["GlobalMean", "BiasBaseline"]


def test_the_id_does_not_depend_on_defaults_that_are_written_out(write):
    (short,) = runs_of(write(parameters={**EXPERIMENT, "model": "GlobalMean"}))
    (long,) = runs_of(
        write(parameters={**EXPERIMENT, "model": "GlobalMean", "seed": 0, "part": "test", "settings": {}})
    )
    assert short.run == long.run


def test_choices_become_runs_on_validation_rows_with_the_first_seed(write):
    settings = {"factors": {"choose": [4, 8]}, "l2": 0.1}
    path = write(
        parameters=EXPERIMENT,
        models={"mf": {**TRAINED, "settings": settings, "epochs": {"up_to": {"choose": [3, 6]}}, "falling": True}},
        grid={"seed": [5, 6]},
    )
    ((_, trials),) = read_sweep(path).searches()
    asked = [
        (each.parameters["settings"]["factors"], each.parameters["up_to"], each.parameters["falling"])
        for each in trials
    ]
    assert asked == [(4, 3, 3), (4, 6, 6), (8, 3, 3), (8, 6, 6)]
    assert {(each.parameters["part"], each.parameters["seed"]) for each in trials} == {("valid", 5)}


def test_the_best_choice_is_run_with_every_seed_for_its_best_number_of_epochs(write):
    path = write(
        parameters=EXPERIMENT,
        models={
            "mf": {**TRAINED, "settings": {"factors": {"choose": [4, 8, 9]}}, "epochs": {"up_to": 6}, "falling": True}
        },
        grid={"seed": [0, 1]},
    )
    sweep = read_sweep(path)
    ((_, trials),) = sweep.searches()
    assert sweep.runs({})[0] == []
    assert len(sweep.runs({})[1]) == 1
    assert sweep.runs({trials[0].run: row(1.0, 2)})[0] == []

    found = {trials[0].run: row(0.95, 2), trials[1].run: row(0.93, 4), trials[2].run: row(0.93, 5)}
    runs, waiting = sweep.runs(found)
    assert waiting == []
    assert [each.parameters.get("seed", 0) for each in runs] == [0, 1]
    for each in runs:
        assert each.parameters["settings"] == {"factors": 8}
        assert (each.parameters["epochs"], each.parameters["falling"]) == (4, 6)
        assert "up_to" not in each.parameters
        assert "part" not in each.parameters


def test_what_is_chosen_is_chosen_for_each_protocol_by_its_own_metric(write):
    model = {"model": "RankingMF", "settings": {"factors": {"choose": [4, 8]}}, "epochs": 1}
    path = write(parameters={"data": "synthetic"}, models={"mf": model}, grid={"protocol": ["last of each user"]})
    sweep = read_sweep(path)
    ((_, trials),) = sweep.searches()
    values = {trials[0].run: 0.2, trials[1].run: 0.1}
    found = {run: {"results": [{"metrics": {"ndcg@10": value}, "details": {}}]} for run, value in values.items()}
    (run,) = sweep.runs(found)[0]
    assert run.parameters["settings"] == {"factors": 4}  # the highest is best


def test_a_notebook_is_known_by_its_path_and_its_parameters_are_checked(write, make_notebook):
    make_notebook("number: int = 0\nrate: float = 1.0\ndata: str = 'auto'")
    runs = runs_of(write(notebook="lesson.ipynb", grid={"number": [1, 2]}, parameters={"rate": 2}))
    assert [(run.label, run.notebook, run.parameters, run.data) for run in runs] == [
        ("lesson", "lesson.ipynb", {"rate": 2.0, "number": number}, {"name": "auto"}) for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"grids": {}}, "unknown key 'grids': did you mean 'grid'"),
        ({"name": ""}, "has no name"),
        ({"name": "a/b"}, "cannot name a file"),
        ({"grid": {"seed": []}}, "gives seed \\[\\]: a list of at least one value is needed"),
        ({"grid": {"seed": 3}}, "a list of at least one value"),
        ({"grid": [1]}, r"`grid` of .* is a block of values by name, but \[1\] came"),
        ({"models": {}}, "`models` of .* is empty"),
        ({"list": []}, "`list` of .* is empty"),
        ({"models": {"a/b": {}}}, "The model 'a/b' cannot name a file"),
        ({"models": {1: {}}}, "calls a model 1, which is no text"),
        ({"models": {"a": {"model": "GlobalMean", "seed": []}}}, "a of .* has an empty list of seeds"),
        ({"models": {"a": 3}}, "a is 3, and not parameters by name"),
        ({"models": {"a": {"model": "GlobalMean"}}, "list": [{"model": "GlobalMean"}]}, "has `models` and `list`"),
        ({"retries": -1}, "`retries` is 0 or more"),
        ({"limit": 0}, "a number of seconds above 0"),
        ({"notebook": "none.ipynb"}, "none.ipynb, which is not there"),
        ({"parameters": EXPERIMENT}, "names no model"),
        ({"parameters": {**EXPERIMENT, "model": "BiasdMF"}}, "unknown model 'BiasdMF': did you mean 'BiasedMF'"),
        (
            {"parameters": {**EXPERIMENT, "model": "GlobalMean", "epoch": 3}},
            "no parameter 'epoch': did you mean 'epochs'",
        ),
        ({"parameters": {**EXPERIMENT, "model": "GlobalMean", "protocol": "u6"}}, "no protocol 'u6'"),
        (
            {"parameters": {**EXPERIMENT, **TRAINED, "epochs": {"up_to": "many"}}},
            "'up_to' of .*, which 'many' does not fit",
        ),
        ({"parameters": {**EXPERIMENT, **TRAINED, "epochs": 1, "rate": {"choose": 3}}}, "`choose` needs a list"),
    ],
)
def test_a_sweep_that_cannot_be_meant_is_refused_before_anything_runs(write, keys, sentence):
    whole = {"parameters": {**EXPERIMENT, "model": "GlobalMean"}} | keys
    with pytest.raises(RecoLabError, match=sentence):
        read_sweep(write(**whole))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(None, "cannot be read: No such file"), ("name: [", r"cannot be read as YAML \(line"), ("- 1", "must map names")],
)
def test_a_file_that_is_no_sweep_is_named(tmp_path, text, sentence):
    path = tmp_path / "x.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RecoLabError, match=rf"x\.yaml {sentence}"):
        read_sweep(path)


def test_a_parameter_that_a_notebook_does_not_have_is_refused_before_anything_runs(write, make_notebook):
    make_notebook("number: int = 0")
    with pytest.raises(RecoLabError, match="no parameter 'numbr': did you mean 'number'"):
        read_sweep(write(notebook="lesson.ipynb", grid={"numbr": [1]}))


def test_a_sweep_can_be_done_model_by_model(write):
    sweep = read_sweep(
        write(parameters=EXPERIMENT, models={name: {"model": name} for name in ("GlobalMean", "BiasBaseline")})
    )
    assert [run.label for run in sweep.only(["BiasBaseline"]).runs({})[0]] == ["BiasBaseline"]
    with pytest.raises(RecoLabError, match="has no 'Mean': it has 'GlobalMean', 'BiasBaseline'"):
        sweep.only(["Mean"])
