"""Runs as data: one run or many, recorded with all they depend on; tables and comparisons from what was recorded."""

from recolab.runs.notebooks.failure import NotebookFailed
from recolab.runs.notebooks.notebook import parameterised, run_notebook
from recolab.runs.notebooks.parameter_files import read_parameters, smoke_parameters
from recolab.runs.notebooks.parameters import Parameter, parameters
from recolab.runs.notebooks.ranges import Range
from recolab.runs.records.notes import note
from recolab.runs.records.published import published
from recolab.runs.records.results import record, recorded, results_folder
from recolab.runs.sweeps.experiments import Experiment
from recolab.runs.sweeps.protocols import PROTOCOLS as PROTOCOLS  # a table, which the reference does not print
from recolab.runs.sweeps.protocols import Protocol
from recolab.runs.sweeps.recorded_notebook import record_notebook
from recolab.runs.sweeps.standing import Standing
from recolab.runs.sweeps.sweep import Sweep
from recolab.runs.sweeps.sweep_file import read_sweep
from recolab.runs.sweeps.sweeping import do_sweep
from recolab.runs.tables.boards import Board, boards_of, write_boards
from recolab.runs.tables.comparing import Comparison, compare_runs
from recolab.runs.tables.differences import differences
from recolab.runs.tables.leaderboard import leaderboard
from recolab.runs.tables.repeating import Repeated, repeat
from recolab.runs.tables.summary import summary

__all__ = [
    "note",
    "record",
    "recorded",
    "summary",
    "differences",
    "leaderboard",
    "compare_runs",
    "Comparison",
    "repeat",
    "Repeated",
    "published",
    "results_folder",
    "run_notebook",
    "record_notebook",
    "NotebookFailed",
    "parameterised",
    "parameters",
    "Parameter",
    "Experiment",
    "Protocol",
    "read_sweep",
    "Sweep",
    "do_sweep",
    "Standing",
    "Board",
    "boards_of",
    "write_boards",
    "Range",
    "read_parameters",
    "smoke_parameters",
]
