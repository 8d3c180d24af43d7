"""The demo as a new user meets it, served by `motma serve` and driven by a browser.

A journey is a test in a `journey_*.py` of this folder, which pytest collects only where it is named (`make e2e`). It
needs Debian's chromium and a font with Vietnamese letters; MOTMA_CHROMIUM says where another one is. What every page
looked like is kept in var-e2e.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = os.environ.get("MOTMA_CHROMIUM") or "/usr/bin/chromium"
_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KEPT = Path(__file__).parents[2] / "var-e2e"
DESK = (1280, 720)
AXE = Path(__file__).parent / "axe" / "axe.min.js"

Enter = Callable[..., Page]


class Site:
    """A demo's home, the password that it told, and the server that shows it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environ = {
            **os.environ,
            "MOTMA_HOME": "var-demo",
            "MOTMA_LEDGER_URL": "",
            "POLARS_MAX_THREADS": "1",
        }
        (self.password,) = re.findall(r"mật khẩu: (\S+)", self.run("demo"))

    def _command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "pipelines.cli", *args]

    def run(self, *args: str) -> str:
        """What a command says that ends well."""
        ended = subprocess.run(
            self._command(*args), cwd=self._folder, env=self._environ, check=True, capture_output=True, text=True
        )
        return ended.stdout

    @contextmanager
    def served(self) -> Iterator[tuple[str, subprocess.Popen[str]]]:
        """The address and the process of a server, which is ended at the end."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen(
            self._command("serve", "--json", "--port", str(port)),
            cwd=self._folder,
            env=self._environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout is not None
            address = json.loads("".join(server.stdout.readline() for _ in range(3)))["address"]
            yield address.rstrip("/"), server
        finally:
            server.terminate()
            server.communicate(timeout=30)


@pytest.fixture(scope="module")
def demo() -> Iterator[Site]:
    """A demo that nobody serves yet."""
    with tempfile.TemporaryDirectory(prefix="motma-e2e-") as folder:
        yield Site(Path(folder))


@pytest.fixture(scope="module")
def site(demo: Site) -> Iterator[str]:
    """The address of a served demo."""
    with demo.served() as (address, _):
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=_SWITCHES)
        yield started
        started.close()


@pytest.fixture
def enter(browser: Browser, demo: Site, site: str) -> Iterator[Enter]:
    """Opens a window of its own, signed in as somebody, in a size; its page may say nothing on the console."""
    said: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # the browser itself tells of every answer that is no 200; some are meant
        if "Failed to load resource" not in message.text:
            said.append(message.text)

    contexts = []

    def open_window(login: str, width: int = DESK[0], height: int = DESK[1]) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, base_url=site, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto("/")
        # the browser sets the caret when it paints, which may be after the page has loaded: whoever types waits for it
        expect(page.get_by_label("Tài khoản")).to_be_focused()
        page.keyboard.type(login)
        page.keyboard.press("Tab")
        page.keyboard.type(demo.password)
        page.keyboard.press("Enter")
        # the control team has no queue
        page.wait_for_url(re.compile("/(queue|control)$"))
        return page

    yield open_window
    for context in contexts:
        # what was on the screen, which is shown where the journey failed
        print(context.pages[0].url, context.pages[0].locator("main").inner_text()[:2000], sep="\n")
        # whoever goes lets go of the items before him
        context.pages[0].goto("/queue")
        if not context.pages[0].url.endswith("/sign-in"):
            context.pages[0].locator("form[action='/sign-out'] button").click()
            context.pages[0].wait_for_url("**/sign-in*")
        context.close()
    assert said == []


def keep(page: Page, name: str) -> None:
    """Keeps what a page looks like, and finds no serious fault in it for people who read or hear it otherwise."""
    KEPT.mkdir(exist_ok=True)
    page.screenshot(path=KEPT / f"{name}.png", full_page=True)
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    faults = [
        (fault["id"], [node["target"] for node in fault["nodes"]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert faults == [], name
    assert found["passes"], "nothing was looked at"
