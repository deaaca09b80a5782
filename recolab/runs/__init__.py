"""Runs as data: record a result, read recorded results back, run a lesson again with other parameters."""

from recolab.runs.differences import differences
from recolab.runs.failure import NotebookFailed
from recolab.runs.leaderboard import leaderboard
from recolab.runs.notebook import parameterised, run_notebook
from recolab.runs.parameter_files import read_parameters, smoke_parameters
from recolab.runs.parameters import Parameter, parameters
from recolab.runs.published import published
from recolab.runs.ranges import Range
from recolab.runs.results import record, recorded, results_folder
from recolab.runs.summary import summary

__all__ = [
    "record",
    "recorded",
    "summary",
    "differences",
    "leaderboard",
    "published",
    "results_folder",
    "run_notebook",
    "NotebookFailed",
    "parameterised",
    "parameters",
    "Parameter",
    "Range",
    "read_parameters",
    "smoke_parameters",
]
