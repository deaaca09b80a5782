"""What a sweep costs beside its runs, and what a second worker is worth.

    python benchmarks/sweep_speed.py [--runs 8] [--record]

The runs are those of a notebook that computes for some seconds. Their own time is that of `run_notebook`, one after the
other in this process, kernels included; the rest of what the sweep takes is its overhead: a process for each run, its
lock, its record. Then the same sweep is done by two workers.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import nbformat
import typer

import recolab as rl

WORK = """
import time
end = time.process_time() + seconds  # of the processor, so that two at once take longer if they share a core
while time.process_time() < end:
    sum(i * i for i in range(1000))
"""


def write(folder: Path, runs: int, seconds: float) -> None:
    """The notebook and its sweep."""
    new = nbformat.v4
    cell = new.new_code_cell(
        f"number: int = 0  # which run\nseconds: float = {seconds}  # how long it computes",
        metadata={"tags": ["parameters"]},
    )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new.new_notebook(cells=[cell, new.new_code_cell(WORK)], metadata=kernel), folder / "busy.ipynb")
    numbers = ", ".join(map(str, range(runs)))
    (folder / "busy.yaml").write_text(f"name: busy\nnotebook: busy.ipynb\ngrid: {{number: [{numbers}]}}\n")


def swept(folder: Path, jobs: int) -> float:
    """Seconds of the whole command."""
    command = [sys.executable, "-m", "recolab.cli", "sweep", "busy.yaml", "--into", f"with {jobs}", "--jobs", str(jobs)]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def main(
    runs: Annotated[int, typer.Option(help="Runs of the sweep.")] = 8,
    seconds: Annotated[float, typer.Option(help="How long each computes.")] = 10.0,
    record: Annotated[bool, typer.Option(help="Write the times under results/ as well.")] = False,
) -> None:
    """Print the times and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, runs, seconds)
        start = time.perf_counter()
        for number in range(runs):
            rl.runs.run_notebook(folder / "busy.ipynb", {"number": number}, folder / "own.ipynb", progress=False)
        own = time.perf_counter() - start
        one, two = swept(folder, 1), swept(folder, 2)
    overhead = (one - own) / runs
    print(f"{runs} runs that compute for {seconds:g} s each")
    print(f"run_notebook, one after the other {own:6.1f} s")
    print(f"a sweep with one worker           {one:6.1f} s, {overhead:.2f} s a run beyond the notebook's own time")
    print(f"a sweep with two workers          {two:6.1f} s, {two / one:.2f} times that of one")
    if record:
        rl.runs.record(
            "sweep-speed",
            "sweep",
            {
                "own (s)": own,
                "one worker (s)": one,
                "two workers (s)": two,
                "two / one": two / one,
                "overhead (s)": overhead,
            },
            parameters={"runs": runs, "seconds": seconds},
            seeds={},
            protocol={"timing": "once each, the whole command"},
        )


if __name__ == "__main__":
    typer.run(main)
