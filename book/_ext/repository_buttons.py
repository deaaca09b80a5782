"""Colab, Binder and source buttons where the repository's address is known, and none where it is not.

The address is the setting `[tool.recolab] repository` of pyproject.toml or, failing that, git's remote `origin`.
Without this extension Jupyter Book's buttons point, silently, at its own repository.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

HOSTS = ("github.com", "gitlab.com", "bitbucket.org")  # those whose buttons the theme can draw
BUTTONS = ("use_repository_button", "use_source_button", "use_issues_button")


def web_address(remote: str) -> str:
    """The https address of a git remote, however it is written; empty for a folder or a host we cannot link to."""
    found = re.fullmatch(r"(?:\w+://)?(?:[^@/]+@)?([\w.-]+)(?::\d+)?[:/](.+?/.+?)(?:\.git)?/?", remote.strip())
    return f"https://{found[1]}/{found[2]}" if found and found[1] in HOSTS else ""


def repository_address(root: Path) -> str:
    """The repository's https address, or an empty string where nobody knows it."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    stated = settings.get("tool", {}).get("recolab", {}).get("repository", "")
    return web_address(stated or _git_remote(root))


def _git_remote(root: Path) -> str:
    try:
        asked = subprocess.run(
            ["git", "remote", "get-url", "origin"], cwd=root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:  # a download without git
        return ""
    return asked.stdout


def set_buttons(app: Sphinx, config: Config) -> None:
    address = repository_address(Path(app.srcdir))
    options = config.html_theme_options
    options["repository_url"] = address
    options["repository_branch"] = "main"
    options["launch_buttons"] = {}
    options.update(dict.fromkeys(BUTTONS, bool(address)))
    if address.startswith("https://github.com/"):
        options["launch_buttons"] = {
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        }
    clone = f"git clone {address or 'ADDRESS-OF-THE-REPOSITORY'} recolab"
    config.myst_substitutions["clone"] = f"```bash\n{clone}\ncd recolab\n```"


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", set_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
