"""Execute the lessons two at a time, and hand each to the page that shows it.

MyST-NB executes a notebook when its page is read, one after the other, and much of a lesson runs on one core. Here the
notebooks of a build are begun when reading begins, and each page waits for its own. Nothing is kept for the next build,
and a lesson that fails ends this one, as `execute_notebooks: force` and `raise_on_error` say.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbclient
import nbformat
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError

AT_ONCE = 2


def executed(path: Path, timeout: int) -> str:
    """The notebook with the outputs of a fresh kernel, as text; a SphinxError names the one that failed."""
    notebook = nbformat.read(path, as_version=4)
    try:
        nbclient.execute(notebook, cwd=str(path.parent), timeout=timeout)
    except Exception as error:
        raise SphinxError(f"Executing the notebook {path} failed: {error}") from error
    return nbformat.writes(notebook)


class Executions:
    """The notebooks of one build that are being executed, by page."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE)  # each thread waits for a kernel, which is a process of its own
        self._pages: dict[str, Future[str]] = {}

    def take_over(self, app: Sphinx, config: Config) -> None:
        """Leave MyST-NB nothing to execute, where it was told to execute everything and to stop at an error."""
        if config.nb_execution_mode == "force" and config.nb_execution_raise_on_error:
            config.nb_execution_mode = "off"
            app.connect("env-before-read-docs", self.begin)
            app.connect("source-read", self.hand_over)
            app.connect("build-finished", self.end)

    def begin(self, app: Sphinx, env: BuildEnvironment, pages: list[str]) -> None:
        for page in pages:
            path = Path(env.doc2path(page))
            if path.suffix == ".ipynb":
                self._pages[page] = self._pool.submit(executed, path, app.config.nb_execution_timeout)

    def hand_over(self, app: Sphinx, page: str, source: list[str]) -> None:
        if page in self._pages:
            try:
                source[0] = self._pages.pop(page).result()
            except BaseException:  # Ctrl-C too: those that wait would be executed before Python ends
                self.end(app, None)
                raise

    def end(self, app: Sphinx, error: Exception | None) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", Executions().take_over)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
