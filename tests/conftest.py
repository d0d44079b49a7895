"""What the tests share: small books, the built site, and a browser without a network."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(Path(__file__).parent))

# One thread, as in the kernel of a chapter; NumPy reads this when a test imports it.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# The same examples in each run, and none of them judged by how busy the machine is.
settings.register_profile("book", derandomize=True, deadline=None, max_examples=50,
                          suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("book")


SHARES = 16  # of the pages, so that several processes divide them
MOVED_ON = "net::ERR_ABORTED"  # the reader left while the page was still loading

# the page has heard of its new size or scheme
DRAWN = "() => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)))"


@dataclass(frozen=True)
class Site:
    """A built book: the folder, and where it is served."""

    folder: Path
    url: str

    def on_disk(self) -> Site:
        """The same book, read without a server."""
        return Site(self.folder, self.folder.as_uri() + "/")

    @property
    def pages(self) -> list[str]:
        """Every page; of the claims' pages, which are all made alike, the longest of each chapter."""
        found = [path for path in sorted(self.folder.rglob("*.html"))
                 if "_static" not in path.parts and path != self.folder / "index.html"]
        longest = {max(folder.glob("*.html"), key=lambda path: path.stat().st_size)
                   for folder in (self.folder / "claims").iterdir()}
        return [path.relative_to(self.folder).as_posix() for path in found
                if self.folder / "claims" not in path.parents or path in longest]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one process of the tests execute or build the book; the next finds what it made."""
    path = ROOT / "_build" / "locks" / "tests.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path):
        yield


@pytest.fixture(scope="session")
def built() -> Path:
    """Folder of the site as ``companion book`` builds it, from fresh chapters only."""
    with one_at_a_time():
        done = subprocess.run([sys.executable, "-m", "companion", "book"], cwd=ROOT,
                              capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"companion book failed\n{done.stdout}\n{done.stderr}"
    return ROOT / "_build" / "html"


@contextmanager
def served(folder: Path, handler: type[_Quiet] = _Quiet) -> Iterator[Site]:
    """The site in `folder`, served on this machine."""
    handler = functools.partial(handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(folder, f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[Site]:
    """The built book, served on this machine."""
    with served(built) as site:
        yield site


@pytest.fixture(params=range(SHARES))
def some_pages(site: Site, request: pytest.FixtureRequest) -> list[str]:
    """A share of the site's pages, a few of each kind; all shares together are all pages."""
    return site.pages[request.param::SHARES]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; where there is none the test is skipped, and fails in CI."""
    from companion.pdf import BROWSERS, browser_path

    path = browser_path()
    if path is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"no browser: none of {', '.join(BROWSERS)} is installed")
    return path


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[object]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    switches = ["--no-sandbox", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=switches)
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page, and what it asked for and complained of."""

    page: object
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


@pytest.fixture
def visit(visit_of: Callable[..., Visit], site: Site) -> Callable[..., Visit]:
    """Open a page of the site, ``visit("intro.html", width=375, dark=True, javascript=False)``."""
    return functools.partial(visit_of, site)


@pytest.fixture
def visit_of(browser: object) -> Iterator[Callable[..., Visit]]:
    """Open a page of a given site.

    Requests that would leave the site are aborted and kept in ``foreign``.
    """
    contexts = []

    def open_page(
        site: Site, path: str = "", width: int = 1280, dark: bool = False, javascript: bool = True,
        before: str = "",
    ) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
        )
        contexts.append(context)
        seen = Visit(context.new_page())

        def guard(route: object) -> None:
            url = route.request.url
            if url.startswith((site.url, "data:", "blob:")):
                return route.continue_()
            seen.foreign.append(url)
            return route.abort()

        context.route("**/*", guard)
        context.add_init_script(before)
        seen.page.on("console", lambda message: seen.console.append(message.text)
                     if message.type in ("error", "warning") else None)
        seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
        seen.page.on("dialog", lambda dialog: (seen.dialogs.append(dialog.message), dialog.dismiss()))
        seen.page.on("requestfailed", lambda request: seen.failed.append(request.url)
                     if request.failure != MOVED_ON else None)
        seen.page.on("response", lambda response: seen.failed.append(response.url)
                     if response.status >= 400 else None)
        seen.page.goto(site.url + path, wait_until="load")
        return seen

    yield open_page
    for context in contexts:
        context.close()
