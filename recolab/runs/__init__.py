"""Runs as data: one run or many, recorded with all they depend on; tables and comparisons from what was recorded."""

from recolab.runs.boards import Board, boards_of, write_boards
from recolab.runs.comparing import Comparison, compare_runs
from recolab.runs.differences import differences
from recolab.runs.experiments import Experiment
from recolab.runs.failure import NotebookFailed
from recolab.runs.leaderboard import leaderboard
from recolab.runs.notebook import parameterised, run_notebook
from recolab.runs.notes import note
from recolab.runs.parameter_files import read_parameters, smoke_parameters
from recolab.runs.parameters import Parameter, parameters
from recolab.runs.protocols import PROTOCOLS as PROTOCOLS  # a table, which the reference does not print
from recolab.runs.protocols import Protocol
from recolab.runs.published import published
from recolab.runs.ranges import Range
from recolab.runs.recorded_notebook import record_notebook
from recolab.runs.repeating import Repeated, repeat
from recolab.runs.results import record, recorded, results_folder
from recolab.runs.standing import Standing, standing
from recolab.runs.summary import summary
from recolab.runs.sweep import Sweep
from recolab.runs.sweep_file import read_sweep
from recolab.runs.sweeping import do_sweep

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
    "standing",
    "Standing",
    "Board",
    "boards_of",
    "write_boards",
    "Range",
    "read_parameters",
    "smoke_parameters",
]
