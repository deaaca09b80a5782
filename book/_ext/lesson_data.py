"""Decide once a build which ratings the lessons run on, and name them at the foot of every page.

The lessons say `rl.load("auto")`. Asked here first, the question costs its network wait once and not once a notebook:
`recolab.data` remembers for half an hour that no address answered.
"""

from __future__ import annotations

import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

import recolab


def prepare_environment() -> None:
    """Settings that the notebooks' kernels inherit."""
    os.environ["TQDM_DISABLE"] = "1"  # a progress bar that has come to rest tells a reader nothing
    if folder := os.environ.get("RECOLAB_DATA"):
        os.environ["RECOLAB_DATA"] = str(Path(folder).resolve())  # notebooks run in their own folder


def decide_data(app: Sphinx, config: Config) -> None:
    prepare_environment()
    ratings = recolab.load("auto")
    name, edition = ratings.provenance.name, ratings.provenance.edition
    kind = "real ratings" if ratings.truth is None else "ratings that RecoLab made up"
    config.myst_substitutions["lesson_data"] = f"**{name}** ({edition}; {kind})"
    footer = f"The lessons of this site were executed on <strong>{name}</strong> ({edition}; {kind})."
    config.html_theme_options["extra_footer"] = f'<p class="lesson-data">{footer}</p>'


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", decide_data)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
