"""Is there a network? Asked once, quickly, and the answer remembered while it is no."""

from __future__ import annotations

import time
from collections.abc import Iterable
from queue import Empty, Queue
from threading import Thread

from recolab.data.places import cache_folder

PATIENCE = 3.0  # seconds for all addresses together: `auto` must decide within five
REMEMBERED = 30 * 60  # seconds that "no" is believed, so that a build asks once and not once a notebook
_MARKER = "unreachable"


def reachable(addresses: Iterable[str], patience: float = PATIENCE) -> bool:
    """Whether any of the addresses answers, with a success or a redirection, before patience ends.

    All are asked side by side in threads that are left behind when time is up, because a resolver or a firewall that
    stays silent cannot be interrupted.
    """
    answers: Queue[bool] = Queue()
    threads = [Thread(target=_ask, args=(address, patience, answers), daemon=True) for address in addresses]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + patience
    try:
        return any(answers.get(timeout=max(0.0, deadline - time.monotonic())) for _ in threads)
    except Empty:
        return False


def remember_unreachable() -> None:
    """Notes that no address answered or gave the data."""
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        (cache_folder() / _MARKER).touch()
    except OSError:
        return  # a cache that cannot be written only means asking again next time


def known_unreachable() -> bool:
    """Whether that was noted less than half an hour ago."""
    try:
        age = time.time() - (cache_folder() / _MARKER).stat().st_mtime
    except OSError:
        return False
    return 0 <= age < REMEMBERED


def _ask(address: str, patience: float, answers: Queue[bool]) -> None:
    import requests

    try:
        answers.put(requests.head(address, timeout=patience).ok)
    except requests.RequestException:
        answers.put(False)
