"""What a sweep is worth that is killed: forty short runs, and everything around them dies now and then.

    python benchmarks/sweep_survival.py [--runs 40] [--kills 10] [--seed 0]

First `recolab sweep` itself is killed with -9 at random moments, and started again each time. Then the runs are those
of two Dask workers, each of which is killed once, and the scheduler is killed and comes back. In both cases every run
must be recorded, whole, and must have come to its end once. It is no measure of speed: it says what happened, and ends
with an error if that was anything else.
"""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import nbformat
import psutil
import typer

from recolab.runs.sweeps.store import Store

ENDED = "ended.txt"
SHORT = f"""
import time
time.sleep(1)
open("{ENDED}", "a").write(f"{{number}} ")
"""


def write(folder: Path, runs: int) -> None:
    """The notebook and its sweep."""
    new = nbformat.v4
    cell = new.new_code_cell("number: int = 0  # which run", metadata={"tags": ["parameters"]})
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new.new_notebook(cells=[cell, new.new_code_cell(SHORT)], metadata=kernel), folder / "short.ipynb")
    numbers = ", ".join(map(str, range(runs)))
    (folder / "short.yaml").write_text(f"name: short\nnotebook: short.ipynb\ngrid: {{number: [{numbers}]}}\n")


def start(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A module of Python as a command, silent."""
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sweep(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """The sweep as a user starts it."""
    return start(folder, "recolab.cli", "sweep", "short.yaml", "--into", "results", *options)


def recorded(folder: Path) -> int:
    """How many runs are recorded so far."""
    return len(list((folder / "results" / "short").glob("*.json")))


def killed(folder: Path, kills: int, chance: random.Random) -> None:
    """The sweep is killed with -9 and started again."""
    for number in range(1, kills + 1):
        process = sweep(folder, "--jobs", "2")
        time.sleep(chance.uniform(1, 12))
        process.kill()
        process.wait()
        print(f"  killed {number} times, {recorded(folder)} recorded")
    sweep(folder, "--jobs", "2").wait()


def falling_apart(folder: Path, chance: random.Random) -> None:
    """Both workers of a Dask scheduler are killed, then the scheduler."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    address = f"tcp://127.0.0.1:{port}"

    def scheduler() -> subprocess.Popen[bytes]:
        return start(folder, "dask", "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")

    def worker() -> subprocess.Popen[bytes]:
        return start(folder, "dask", "worker", address, "--nworkers", "1", "--nthreads", "1", "--no-dashboard")

    there, workers = scheduler(), [worker(), worker()]
    process = sweep(folder, "--scheduler", address)
    try:
        for each in workers:
            time.sleep(chance.uniform(8, 14))
            for child in psutil.Process(each.pid).children():
                child.kill()
            print(f"  a worker is killed, {recorded(folder)} recorded")
        time.sleep(chance.uniform(5, 10))
        there.kill()
        there.wait()
        print(f"  the scheduler is killed, {recorded(folder)} recorded")
        time.sleep(4)
        there = scheduler()
        while process.poll() is None:
            workers = [worker() if each.poll() is not None else each for each in workers]
            time.sleep(1)
    finally:
        for each in (process, there, *workers):
            each.terminate()


def judged(folder: Path, runs: int) -> bool:
    """Whether there is exactly what there has to be."""
    rows = Store(folder / "results" / "short").read()  # an error if one of them is not whole
    numbers = {row["asked"]["parameters"]["number"] for row in rows.values()}
    ended = (folder / ENDED).read_text().split()
    others = [path.name for path in (folder / "results" / "short").iterdir() if path.suffix not in (".json", ".ipynb")]
    print(
        f"  {len(numbers)} of {runs} recorded, all whole; {len(ended)} came to their end, {len(set(ended))} different"
    )
    if others:
        print(f"  left behind: {', '.join(others)}")
    return len(rows) == len(numbers) == len(ended) == len(set(ended)) == runs and not others


def main(
    runs: Annotated[int, typer.Option(help="Runs of the sweep.")] = 40,
    kills: Annotated[int, typer.Option(help="How often the sweep itself is killed.")] = 10,
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 0,
) -> None:
    """Say what became of the runs."""
    chance, well = random.Random(seed), True
    for title, die in (
        ("The sweep is killed", lambda folder: killed(folder, kills, chance)),
        ("A Dask cluster falls apart", lambda folder: falling_apart(folder, chance)),
    ):
        print(title)
        with tempfile.TemporaryDirectory() as name:
            write(Path(name), runs)
            die(Path(name))
            well &= judged(Path(name), runs)
    if not well:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
