"""Fixtures that several rooms share."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

# These machines are noisy: a property is not refuted by a slow example. Same examples every time.
settings.register_profile("recolab", deadline=None, derandomize=True)
settings.load_profile("recolab")


@pytest.fixture(scope="session", autouse=True)
def interrupts_are_heard() -> None:
    """A shell's background jobs ignore Ctrl-C, and so does all that they start: these tests, what they interrupt."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real MovieLens sets named by RECOLAB_DATA; RECOLAB_NO_SKIP turns its absence into a failure."""
    folder = os.environ.get("RECOLAB_DATA")
    if not folder:
        message = "RECOLAB_DATA names no folder of real ratings"
        if os.environ.get("RECOLAB_NO_SKIP"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(folder)
