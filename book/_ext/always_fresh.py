"""Read and execute every page at every build.

Sphinx re-reads only the sources that changed. It cannot see that the package a lesson imports changed, and after a
build that failed on a warning the next one would find nothing to warn about and pass.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment


def every_page(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    return sorted(env.found_docs)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("env-get-outdated", every_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
