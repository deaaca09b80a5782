"""The built site, a server and a browser for it, and one visit to every page."""

from __future__ import annotations

import http.server
import importlib.util
import itertools
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).parents[2]
SITE = Path(os.environ.get("RECOLAB_SITE", ROOT / "_build" / "html"))
PAGES = sorted(
    page.relative_to(SITE).as_posix()
    for page in SITE.rglob("*.html")
    if "_static" not in page.parts and page != SITE / "index.html"  # which only sends the reader on
)
# One switch a line: no window, no sandbox (containers have none to offer), and none of Chromium's own requests.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOKER = Path(__file__).with_name("look.js").read_text(encoding="utf-8")
KNOWN_ERROR = "THEBE_JS_URL"  # sphinx-thebe declares it twice on every page; harmless


@pytest.hookimpl(tryfirst=True)  # before xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what is asked of one visit in one process, with `--dist loadgroup`: each page is visited once."""
    for item in items:
        if isinstance(item, pytest.Function) and "visit" in item.fixturenames:
            given = item.callspec.params
            item.add_marker(pytest.mark.xdist_group(f"{given['address']} {given['visit']}"))


def missing(what: str) -> None:
    """Skip for want of something, or fail where RECOLAB_NO_SKIP forbids that."""
    if os.environ.get("RECOLAB_NO_SKIP"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def extension() -> Callable[[str], ModuleType]:
    """Loads one of the site's extensions, which are no part of the package, by its name."""

    def loaded(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, ROOT / "book" / "_ext" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.fixture(scope="session")
def site() -> Path:
    """The folder of the built site."""
    if not PAGES:
        missing(f"there is no built site in {SITE}: run `make book` first")
    return SITE


@pytest.fixture(scope="session")
def pages(site: Path) -> list[Path]:
    """The file of every page."""
    return [(site / page).resolve() for page in PAGES]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        missing("there is no Chromium on the PATH")
    return str(path)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing: a line for every file would bury a failure."""


@pytest.fixture(scope="session")
def served(site: Path) -> Iterator[str]:
    """Address at which the site is served."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session", params=["http", "file"])
def address(request: pytest.FixtureRequest, site: Path, served: str) -> str:
    """The site as a server gives it, and as a reader without one opens it."""
    return served if request.param == "http" else site.resolve().as_uri()


class Tab:
    """A browser tab that notes what a page asks of the network and which errors it logs."""

    def __init__(self, browser: Browser, home: str, *, width: int) -> None:
        self.home = home
        self.outside: list[str] = []
        self.errors: list[str] = []
        context = browser.new_context(viewport={"width": width, "height": 900})
        self.page: Page = context.new_page()
        self.page.on("request", self._note_outside)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)

    def _note_outside(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.outside.append(request.url)

    def _note(self, error: str) -> None:
        if KNOWN_ERROR not in error:
            self.errors.append(error)

    def open(self, page: str) -> Page:
        """Open a page with fresh notes, and wait until its charts and formulas are drawn or ten seconds have passed."""
        self.outside, self.errors = [], []
        self.page.goto(f"{self.home}/{page}")
        self.page.evaluate(LOOKER)
        self.page.evaluate("drawn(10000)")
        return self.page

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Tab]:
    """A fresh tab as wide as a laptop, for tests that do something on a page."""
    tab = Tab(browser, address, width=1280)
    yield tab
    tab.close()


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Callable[[str, int], Tab]]:
    """Opens tabs on another site than the built one, by its address and the window's width."""
    tabs: list[Tab] = []

    def opened(home: str, width: int) -> Tab:
        tabs.append(Tab(browser, home, width=width))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.close()


@pytest.fixture(params=[page for page in PAGES if page.startswith("notebooks/")] or ["no lesson"])
def lesson(request: pytest.FixtureRequest) -> str:
    """Each lesson's page."""
    return str(request.param)


@pytest.fixture(scope="session")
def phone(browser: Browser, address: str) -> Iterator[Tab]:
    """One tab for all visits: its cache keeps the scripts that every page loads."""
    tab = Tab(browser, address, width=390)
    yield tab
    tab.close()


@pytest.fixture(scope="session", params=PAGES or ["no page"])
def visit(request: pytest.FixtureRequest, phone: Tab) -> dict[str, Any]:
    """What a reader meets on one page: in all four looks where it is served, in one where it is opened as a file."""
    phone.page.set_viewport_size({"width": 390, "height": 900})
    page = phone.open(request.param)
    served = phone.home.startswith("http")
    looks = {}
    for width, scheme in itertools.product((390, 1280), ("light", "dark")) if served else [(390, "light")]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)
        looks[f"{width} pixels, {scheme}"] = page.evaluate("look()")
    return {"looks": looks, "outside": phone.outside, "errors": phone.errors} | page.evaluate("outputs()")
