"""Execute the cells of a notebook, in a kernel that never outlives the run.

nbclient does the talking with the kernel; here is who may stop it. Its own way of starting a kernel leaves an orphan
when it is interrupted, and its time limit is one for a cell.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Any

from nbclient import NotebookClient

from recolab.runs.notebooks.cells import plain
from recolab.runs.notebooks.progress import Progress

# Older kernels warn of a debugger that nobody uses, and the first to do so is this process, which asks for the kernel.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
OUTPUT_SECONDS = 60
"""How long a cell that is through may take to hand over the last of its output."""

FOLDERS = ("RECOLAB_DATA", "RECOLAB_CACHE", "RECOLAB_RESULTS")
"""Environment variables that name a folder, perhaps from where this process works; a kernel works elsewhere."""

LAST_WORDS = 4000
"""How many bytes of what the kernel wrote are kept."""


class Execution:
    """One run of a notebook, whose cells are changed in place.

    Args:
        notebook: with the values of the run in it.
        folder: where the kernel works.
        timeout: seconds that the run may take, the start of the kernel included; None for any time.

    Attributes:
        index: of the cell that ran last; None before the first.
        timed_out: whether the run took longer than it may.
        interrupted: whether somebody stopped it: by `stop`, or by SIGINT or SIGTERM.
        error: what ended it; None if all cells have run.
        last_words: the end of what the kernel wrote to its own stdout and stderr, beside its cells.
    """

    def __init__(self, notebook: Any, folder: Path, timeout: float | None = None) -> None:
        self.notebook, self.folder, self.timeout = notebook, folder, timeout
        self.index: int | None = None
        self.timed_out = self.interrupted = False
        self.error: BaseException | None = None
        self.last_words = ""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopped = self._closing = False

    def run(self, progress: Progress | None = None) -> None:
        """Run all cells, and tell of it.

        They are looked after in a thread with an event loop of its own: the caller's may have one that runs already,
        as a notebook's has, and a signal then never falls into the middle of a message.
        """
        with _signals_call(self.stop), ThreadPoolExecutor(1) as pool:
            running = pool.submit(asyncio.run, self._whole(progress))
            while wait([running], timeout=0.5).not_done:
                pass  # in between, Windows lets signals through
            running.result()
        if progress is not None:
            progress.end()

    def stop(self) -> None:
        """Stop the run, from any thread. Once the kernel is being shut down, that only goes on."""
        self._stopped = True
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed
                self._loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self._task is not None and not self._closing:
            self.interrupted = True
            self._task.cancel()

    async def _whole(self, progress: Progress | None) -> None:
        self._task, self._loop = asyncio.current_task(), asyncio.get_running_loop()
        if self._stopped:
            self._cancel()  # nobody could before
        client = NotebookClient(self.notebook, iopub_timeout=OUTPUT_SECONDS, raise_on_iopub_timeout=True)
        limit = asyncio.timeout(self.timeout)
        with tempfile.TemporaryFile() as written:
            try:
                async with limit:
                    await self._start(client, written)
                    await self._cells(client, progress)
            except (Exception, asyncio.CancelledError) as error:  # a cancelled cell raises that its kernel has died
                self.error = error
            finally:
                self.timed_out = limit.expired()
                self._closing = True
                await _close(client, at_once=self.error is not None)
                self.last_words = _end_of(written)

    async def _start(self, client: NotebookClient, written: IO[bytes]) -> None:
        await asyncio.sleep(0)  # where a run that was stopped before its start ends
        client.create_kernel_manager()
        await client.async_start_new_kernel(cwd=str(self.folder), env=_environment(), stdout=written, stderr=written)
        await client.async_start_new_kernel_client()

    async def _cells(self, client: NotebookClient, progress: Progress | None) -> None:
        ticking = asyncio.create_task(_tick(progress))
        for index, cell in enumerate(self.notebook.cells):
            self.index = index
            if progress is not None:
                progress.begin(index)
            await client.async_execute_cell(cell, index)
        ticking.cancel()
        client.set_widgets_metadata()


def _environment() -> dict[str, str]:
    """Of this process, with folders that mean the same ones from the notebook's folder."""
    whole = {name: str(Path(os.environ[name]).expanduser().resolve()) for name in FOLDERS if os.environ.get(name)}
    return {**os.environ, **whole}


async def _tick(progress: Progress | None) -> None:
    while progress is not None and progress.live:
        await asyncio.sleep(1)
        progress.show()


def _end_of(written: IO[bytes]) -> str:
    size = written.seek(0, os.SEEK_END)
    written.seek(max(size - LAST_WORDS, 0))
    return plain(written.read().decode(errors="replace")).strip()


async def _close(client: NotebookClient, *, at_once: bool) -> None:
    """Shut the kernel down: after a whole run with time for its `atexit`, otherwise at once, whatever it is doing."""
    manager: Any = client.km  # typed as one that does not have to be awaited
    channels = client.kc
    if manager is not None and manager.has_kernel:
        await manager.shutdown_kernel(now=at_once)
    if channels is not None:
        channels.stop_channels()


@contextlib.contextmanager
def _signals_call(stop: Callable[[], None]) -> Iterator[None]:
    """Let SIGINT and SIGTERM call `stop`, where they can (in the main thread) and are not ignored already."""
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for each in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(each) not in (signal.SIG_IGN, None):
                before[each] = signal.signal(each, lambda *_: stop())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
