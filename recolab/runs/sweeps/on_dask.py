"""Runs on the workers of a Dask scheduler: a cluster of this machine, of machines with SSH, of Slurm or Kubernetes."""

from __future__ import annotations

import logging
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock

from recolab.errors import RecoLabError
from recolab.runs.records import circumstances
from recolab.runs.sweeps.places import Ended, in_own_process
from recolab.runs.sweeps.store import TOKEN, WORK

PATIENCE = 300.0
"""Seconds in which a scheduler that went away may come back."""


class OnDask:
    """The workers of a scheduler. A run whose worker is lost is done by another one.

    Workers that see the store's folder write into it themselves; what the others did comes back and is written here.

    Args:
        address: of the scheduler, for example `"tcp://localhost:8786"`.
        folder: of the store.

    Raises:
        RecoLabError: dask is not installed, or no scheduler answers there.
    """

    def __init__(self, address: str, folder: Path) -> None:
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # we say ourselves that it went away
        self._address = address
        self._client = _client(address)
        self._executor = self._client.get_executor(pure=False)
        self._token = folder / WORK / f"{TOKEN}{uuid.uuid4().hex}.lock"
        self._token.parent.mkdir(parents=True, exist_ok=True)
        self._held = FileLock(self._token)  # as long as this process lives
        self._held.acquire()

    @property
    def slots(self) -> int:
        """How many runs the workers do at once."""
        return sum(_threads_by_host(self._client).values())

    def submit(self, ticket: Mapping[str, Any]) -> Any:
        """A future of `Ended`; it is cancelled when the scheduler goes away."""
        text = Path(ticket["notebook"]).read_text(encoding="utf-8") if ticket["notebook"] else None
        more = {"token": self._token.name, "text": text, "threads_by_host": _threads_by_host(self._client)}
        return self._executor.submit(on_worker, {**ticket, **more})

    def again(self, meanwhile: Callable[[], None]) -> None:
        """Find the scheduler again that went away.

        Args:
            meanwhile: called once a second.

        Raises:
            RecoLabError: it did not come back in time.
        """
        self._client.close(timeout=1)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._client = _client(self._address)
                self._executor = self._client.get_executor(pure=False)
                return
            except RecoLabError:
                if time.monotonic() > until:
                    raise RecoLabError(
                        f"The Dask scheduler at {self._address} went away and did not come back in {PATIENCE:g} "
                        "seconds. What is done is recorded: start the sweep again when there is a scheduler."
                    ) from None
                meanwhile()
                time.sleep(1)

    def close(self) -> None:
        """Leave; runs that workers have begun go on, and are recorded where the workers see the store."""
        self._held.release()
        self._token.unlink(missing_ok=True)
        self._client.close(timeout=1)


def on_worker(ticket: Mapping[str, Any]) -> Ended:
    """Do a run in a process beside a Dask worker."""
    from distributed import get_worker

    host = urlsplit(get_worker().address).hostname or ""
    threads = max(1, circumstances.cores() // ticket["threads_by_host"].get(host, 1))
    with tempfile.TemporaryDirectory() as name:
        own = Path(name)
        ticket = _with_notebook(ticket, own)
        if _sees_the_store(ticket):
            return in_own_process(ticket, threads)
        store = own / "store" / Path(ticket["folder"]).name
        ended = in_own_process({**ticket, "folder": str(store)}, threads)
        files = {
            path.relative_to(store).as_posix(): path.read_bytes()
            for path in sorted(store.rglob("*"))
            if path.is_file() and WORK not in path.parts
        }
        return Ended(ended.how, ended.message, files)


def _sees_the_store(ticket: Mapping[str, Any]) -> bool:
    token: Path = Path(ticket["folder"]) / WORK / ticket["token"]
    return token.exists()


def _with_notebook(ticket: Mapping[str, Any], own: Path) -> Mapping[str, Any]:
    """The notebook here: the same file, or that of the checkout here, if it says what was sent; else a copy."""
    if not ticket["notebook"]:
        return ticket
    root = circumstances.checkout()
    places = [Path(ticket["notebook"]), *([root / ticket["asked"]["notebook"]] if root is not None else [])]
    for place in places:
        if place.is_file() and place.read_text(encoding="utf-8") == ticket["text"]:
            return {**ticket, "notebook": str(place)}
    copy = own / Path(ticket["notebook"]).name
    copy.write_text(ticket["text"], encoding="utf-8")
    return {**ticket, "notebook": str(copy)}


def _client(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise RecoLabError('A sweep reaches Dask through distributed: pip install "recolab[cluster]".') from None
    try:
        return Client(address, timeout=5, name="recolab sweep")
    except (OSError, ValueError) as error:
        raise RecoLabError(
            f"No Dask scheduler answers at {address} ({type(error).__name__}): start one with `dask scheduler`, and "
            "give the address that it prints."
        ) from None


def _threads_by_host(client: Any) -> Mapping[str, int]:
    """How many runs the workers of each host do at once."""
    count: Counter[str] = Counter()
    for address, worker in client.scheduler_info(n_workers=-1)["workers"].items():
        count[urlsplit(address).hostname or ""] += worker["nthreads"]
    return dict(count)
