"""Two people on one server, a server that goes and comes back, and what is done in between."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tests.frontend.browser import LONG, Browser, Page, Server
from tests.frontend.test_browser import MIXED, TREND

NAME = "file:///tenants/strategy.apx"
SECRET = 'let secret_edge = close + volume\nlet quick_note = "nobody else reads this"\n'


def published(page: Page) -> list[dict[str, Any]]:
    """The diagnostics that came to a page, oldest first."""
    frames = [json.loads(frame) for socket in page.heard()["received"] for frame in socket]
    return [frame["params"] for frame in frames if frame.get("method") == "textDocument/publishDiagnostics"]


def codes(page: Page) -> set[str]:
    return {str(one["code"]) for one in published(page)[-1]["diagnostics"]} if published(page) else set()


def test_two_tenants_with_one_name_for_two_texts_never_hear_of_each_other(browser: Browser, server: Server) -> None:
    wrong = browser.open(server.address, TREND + SECRET, NAME).online()
    clean = browser.open(server.address, TREND, NAME).online()
    wrong.shown(".cm-lintRange-error", "volume")
    clean.until(lambda: published(clean), "diagnostics of the clean text")
    assert codes(clean) == set()
    # Both write at once; each is told of its own text only.
    for number in range(10):
        for page in (wrong, clean):
            page.cursor("apx 1|")
            page.type(f"\n# {number}")
    clean.cursor('strategy| "Trend"')
    clean.type("x")  # a mistake that only this tenant has
    clean.shown(".cm-lintRange-error")
    for page in (wrong, clean):
        page.settled()
    assert all(
        "secret_edge" not in frame and "nobody else" not in frame for socket in clean.heard()["received"] for frame in socket
    )
    assert "E0301" not in {str(one["code"]) for params in published(clean) for one in params["diagnostics"]}
    versions = [params["version"] for params in published(wrong)]
    assert versions == sorted(versions)
    # One goes; the other works on.
    assert clean.complaints() == []
    clean.close()
    wrong.cursor("close + |volume")
    wrong.press(*["Delete"] * len("volume"))
    wrong.type("open")
    wrong.press("Escape")
    wrong.gone(".cm-lintRange-error")
    wrong.hover("let qui|ck", ".cm-lsp-hover-tooltip", "price")
    assert wrong.js("apx.connection.status.kind") == "online"
    assert len(wrong.heard()["sent"]) == 1  # on the socket that it has had from the beginning
    assert wrong.complaints() == []
    wrong.close()


def test_when_the_server_comes_back_so_do_its_diagnostics_and_the_text_is_kept(browser: Browser, tmp_path: Path) -> None:
    first = Server(tmp_path)
    page = browser.open(first.address, MIXED).online()
    page.shown(".cm-lintRange-error", "volume")
    first.end()
    page.until(lambda: page.js("apx.connection.status.kind") in ("waiting", "connecting"), "the loss is noticed")
    page.shown("#status", "again")
    assert page.text == MIXED

    # Work goes on without a server: nothing fails loudly, and what is typed is kept.
    page.cursor("close + volume|")
    page.type("\nlet later = 1 + close > 2\nlet heat = rsi(close, ")
    place = page.js(f"(({{left, top}}) => [left + 3, top + 5])(apx.view.coordsAtPos({page.text.index('sma(close')}))")
    page.do(["mouse"], ["move", *place])
    time.sleep(0.5)  # longer than a hover waits
    page.press("Control+.", "F2", "Shift+Alt+F", "Control+k", "Control+i", "Control+Space", "F12", "Control+Shift+Space")
    page.shown(".cm-apx-notice", "There is no connection to the language server just now.")
    page.cursor("let later = 1 + close > 2|")
    kept = page.text
    assert "let heat = rsi(close, " in kept

    second = Server(tmp_path, first.port)
    assert second.address == first.address
    page.online()
    page.shown(".cm-lintRange-error", "volume")
    page.until(
        lambda: published(page)[-1]["version"] == page.js("apx.client.workspace.files[0].version"), "about the newest text"
    )
    assert page.text == kept
    frames = [[json.loads(frame) for frame in socket] for socket in page.heard()["sent"]]
    opened = [frame["params"]["textDocument"] for frame in frames[-1] if frame.get("method") == "textDocument/didOpen"]
    assert [one["text"] for one in opened] == [kept]  # once, whole, as it is now
    page.shown(".cm-apx-inlay")
    page.shown(".cm-apx-lens", "backtest on AAPL")
    # Of the console only the browser's own line about each attempt that failed: nothing of ours.
    assert [one for one in page.complaints() if "WebSocket connection to" not in one] == []
    page.close()
    second.end()


def test_a_server_that_dies_at_work_is_told_and_asked_again(browser: Browser, tmp_path: Path) -> None:
    first = Server(tmp_path)
    page = browser.open(first.address, TREND).online()
    page.shown(".cm-apx-lens", "backtest on AAPL")
    page.at(".cm-apx-lens", ["click"])
    first.process.inner.kill()  # without a word, in the middle of the backtest
    page.shown("#status", "again")
    page.until(lambda: page.js("apx.client.waiting === 0"), "nobody waits for what will not come")
    page.gone(".cm-apx-lens[aria-busy=true]")
    second = Server(tmp_path, first.port)
    page.online()
    page.at(".cm-apx-lens", ["click"])
    page.shown(".cm-apx-lens", "Sharpe", LONG)
    assert [one for one in page.complaints() if "WebSocket connection to" not in one] == []
    page.close()
    second.end()
