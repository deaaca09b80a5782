"""How long `import recolab` and `recolab --help` take, beside a Python that does nothing, in one run.

    python benchmarks/startup.py [--record]

Both should stay under half a second: TensorFlow, pandas and Altair are loaded when they are first needed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

REPEATS = 11
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import recolab": [sys.executable, "-c", "import recolab"],
    "recolab --help": [str(Path(sys.executable).with_name("recolab")), "--help"],
}


def seconds(command: list[str]) -> float:
    """Wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def medians() -> dict[str, float]:
    """Median seconds of each command. They take turns, so that a busy moment of the machine falls on all of them."""
    for command in COMMANDS.values():
        seconds(command)  # the first run fills the disk's cache
    rounds = [{name: seconds(command) for name, command in COMMANDS.items()} for _ in range(REPEATS)]
    return {name: statistics.median(each[name] for each in rounds) for name in COMMANDS}


def main() -> None:
    arguments = argparse.ArgumentParser(description="Time recolab's start.")
    arguments.add_argument("--record", action="store_true", help="write the result to results/startup/")
    record = arguments.parse_args().record

    taken = medians()
    bare = taken["python -c pass"]
    print(f"{'command':<16} {'seconds':>8} {'ratio':>6}   (median of {REPEATS})")
    for name, median in taken.items():
        print(f"{name:<16} {median:8.3f} {median / bare:6.1f}")
    if record:
        from recolab import runs

        for name, median in taken.items():
            metrics = {"seconds": median, "ratio": median / bare}
            protocol = {"compared with": "python -c pass", "repeats": REPEATS, "statistic": "median"}
            print(runs.record("startup", name, metrics, protocol=protocol, parameters={}, seeds={}))


if __name__ == "__main__":
    main()
