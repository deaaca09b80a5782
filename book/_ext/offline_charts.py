"""Give pages with a chart Vega from the site's own files, so that no chart asks a CDN.

Altair's default renderer loads Vega, Vega-Lite and Vega-Embed from a CDN unless `window.VEGA_DEBUG` says that the
versions it wants are there already. The script written here brings all three and says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from docutils import nodes
from sphinx.application import Sphinx

SCRIPT = "vega.js"


def vega_script() -> str:
    """The three libraries in the versions altair asks for, kept out of the page's other names by a function."""
    versions = {
        "vega_version": alt.VEGA_VERSION,
        "vegalite_version": alt.VEGALITE_VERSION,
        "vegaembed_version": alt.VEGAEMBED_VERSION,
    }
    hand_over = f"window.vegaEmbed = vegaEmbed; window.VEGA_DEBUG = {json.dumps(versions)};"
    vega_lite = ".".join(alt.VEGALITE_VERSION.split(".")[:2])
    return f"(function () {{{vl_convert.javascript_bundle(hand_over, vl_version=vega_lite)}}})();"


def write_script(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        Path(app.outdir, "_static", SCRIPT).write_text(vega_script(), encoding="utf-8")


def add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if "vegaEmbed" in context.get("body", ""):
        app.add_js_file(SCRIPT)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", add_script)
    app.connect("build-finished", write_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
