"""For those who use the keyboard alone, hear the page instead of seeing it, or need it still; and for the eye, both themes."""

from __future__ import annotations

import json

import pytest

from tests.frontend.browser import LONG, Browser, Page, Server
from tests.frontend.here import FRONTEND
from tests.frontend.test_browser import MIXED, UNITS

AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"

LOOK = """
axe.run(document).then(({violations}) => violations.map(({id, impact, nodes}) => ({id, impact, html: nodes.map(({html}) => html.slice(0, 200))})))
"""


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is now, by the rules of WCAG 2.2 AA and good practice."""
    page.js(f"{AXE.read_text(encoding='utf-8')}; 0")
    page.settled()  # nothing comes or goes while axe looks
    for attempt in (1, 2, 3):
        try:
            found = page.js(LOOK)
            break
        except AssertionError as gone:  # axe met an element that was taken away meanwhile
            if "nthChild" not in str(gone) or attempt == 3:
                raise
    return [json.dumps(one) for one in found]


def announced(page: Page) -> str:
    """What CodeMirror has given to screen readers to say."""
    return " ".join(page.texts(".cm-announced"))


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_axe_finds_nothing_wrong(browser: Browser, server: Server, mode: str) -> None:
    page = browser.open(server.address, MIXED, mode=mode, colorScheme=mode).online()
    page.shown(".cm-lintRange-error", "volume")
    page.shown(".cm-apx-inlay")
    page.shown(".cm-apx-lens", "backtest on AAPL")
    assert violations(page) == []
    page.hover("+ vol|ume", ".cm-tooltip .cm-apx-fix")
    assert violations(page) == []
    page.do(["mouse"], ["move", 900, 600])
    page.cursor("let o|dd")
    page.press("Control+.")
    page.shown(".cm-apx-menu [role=menuitem]")
    assert violations(page) == []
    page.press("Escape", "F2")
    page.shown(".cm-apx-rename")
    assert violations(page) == []
    page.press("Escape")
    page.cursor("close + volume|")
    page.type("\nlet heat = rs")
    page.shown(".cm-tooltip-autocomplete li", "rsi")
    assert violations(page) == []
    assert page.complaints() == []
    page.close()


def test_a_mistake_is_found_heard_and_mended_by_the_keyboard_alone(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, MIXED).online()
    page.shown(".cm-lintRange-error", "volume")
    assert page.js("document.activeElement === apx.view.contentDOM")  # where one begins
    assert page.js("[apx.view.contentDOM.getAttribute('role'), apx.view.contentDOM.getAttribute('aria-label')]") == [
        "textbox",
        "Strategy, in the language of ApexTrade",
    ]
    page.press("F8")
    assert len(page.shown(".cm-tooltip .cm-diagnostic-error", UNITS)) == 1
    page.press("Escape")
    page.gone(".cm-tooltip")
    page.press("F8")
    page.shown(".cm-tooltip .cm-diagnostic-error", UNITS)
    page.until(lambda: UNITS in announced(page), "the mistake is read out")
    page.press("Control+.")
    page.until(lambda: page.js("document.activeElement.getAttribute('role')") == "menuitem", "the menu has the focus")
    assert page.js("document.activeElement.closest('[role=menu]').getAttribute('aria-label')") == "What can be done here"
    count = len(page.texts(".cm-apx-menu [role=menuitem]"))
    where = "[...document.querySelectorAll('.cm-apx-menu [role=menuitem]')].indexOf(document.activeElement)"
    assert page.js(where) == 0
    page.press("End")
    assert page.js(where) == count - 1
    page.press("ArrowDown")  # around
    assert page.js(where) == 0
    page.press("ArrowUp", "Home")
    assert page.js(where) == 0
    page.press("Escape")
    page.gone(".cm-apx-menu")
    assert page.text == MIXED
    assert page.js("document.activeElement === apx.view.contentDOM")
    page.press("Control+.")
    page.until(lambda: page.js("document.activeElement.getAttribute('role')") == "menuitem", "the menu again")
    page.press("d", "Enter")  # by its first letter
    page.until(lambda: "number(close) + number(volume)" in page.text, "mended")
    page.until(lambda: "Drop the units: number(close) and number(volume)" in announced(page), "what was done is read out")
    page.gone(".cm-lintRange-error")
    assert page.js("document.activeElement === apx.view.contentDOM")
    page.shown(".cm-lintRange-warning", "odd")  # found when the mistake was gone: nothing uses it
    page.press("F8")
    page.shown(".cm-tooltip .cm-diagnostic-warning", "odd is never used.")
    assert page.complaints() == []
    page.close()


def test_a_message_that_is_read_stays_when_the_server_says_more(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, MIXED, "file:///reading/strategy.apx").online()
    page.shown(".cm-lintRange-error", "volume")
    page.press("F8")
    page.shown(".cm-tooltip .cm-diagnostic-error", UNITS)
    page.settled()
    (received,) = page.heard()["received"]
    last = [frame for frame in map(json.loads, received) if frame.get("method") == "textDocument/publishDiagnostics"][-1][
        "params"
    ]
    warning = {
        **last["diagnostics"][0],
        "severity": 2,
        "message": "One more.",
        "range": {"start": {"line": 2, "character": 0}, "end": {"line": 2, "character": 8}},
    }
    for diagnostics in (last["diagnostics"], [warning, *last["diagnostics"]]):  # the same once more, then more than that
        params = {"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": {**last, "diagnostics": diagnostics}}
        page.js(f"apx.client.receiveMessage({json.dumps(json.dumps(params))})")
        page.until(lambda: len(page.texts(".cm-tooltip .cm-diagnostic-error")) == 1, "still there")
    assert page.shown(".cm-lintRange-warning", "strategy")
    page.press("Escape")
    page.gone(".cm-tooltip")
    assert page.complaints() == []
    page.close()


def test_what_the_mouse_brought_goes_with_escape(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, MIXED).online()
    page.hover("= s|ma", ".cm-tooltip .cm-lsp-hover-tooltip")
    page.press("Escape")
    page.gone(".cm-tooltip")
    assert page.complaints() == []
    page.close()


def test_a_result_is_read_out_when_it_comes(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, MIXED.replace("let odd = close + volume\n", "")).online()
    page.shown(".cm-apx-lens", "backtest on AAPL")
    page.press("F8")
    page.shown(".cm-apx-notice", "There is no problem.")
    page.press("Control+Alt+l")
    page.until(lambda: page.js("document.activeElement.getAttribute('role')") == "menuitem", "the menu")
    page.press("Enter")
    page.until(lambda: "backtest on AAPL: " in announced(page), "the result is read out", LONG)
    page.until(lambda: "Sharpe" in announced(page), "with its figures")
    assert page.complaints() == []
    page.close()


def test_nothing_blinks_for_those_who_asked_for_it(browser: Browser, server: Server) -> None:
    blinks = "getComputedStyle(document.querySelector('.cm-cursorLayer')).animationName"
    page = browser.open(server.address, MIXED, reducedMotion="reduce").online()
    assert page.js(blinks) == "none"
    page.close()
    page = browser.open(server.address, MIXED).online()
    assert page.js(blinks) != "none"
    page.close()


def test_the_page_takes_the_theme_of_the_machine_and_the_button_changes_it(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, MIXED, mode=None, colorScheme="dark").online()
    back = "getComputedStyle(apx.view.dom).backgroundColor"
    assert page.js(back) == "rgb(17, 21, 28)"
    page.at("#mode", ["click"])
    assert page.js(back) == "rgb(255, 255, 255)"
    assert page.js("document.documentElement.dataset.mode") == "light"
    assert page.complaints() == []
    page.close()


def test_diagnostics_are_sent_and_never_asked_for_and_shown_once(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, MIXED).online()
    page.shown(".cm-lintRange-error", "volume")
    page.cursor("apx 1|")
    page.type("\n# more")
    page.settled()
    (sent,) = page.heard()["sent"]
    frames = [json.loads(frame) for frame in sent]
    said = next(frame["params"]["capabilities"]["textDocument"] for frame in frames if frame.get("method") == "initialize")
    assert "publishDiagnostics" in said
    assert "diagnostic" not in said
    assert not [frame for frame in frames if frame.get("method") == "textDocument/diagnostic"]
    assert page.texts(".cm-lintRange-error") == ["volume"]
    shown = page.hover("+ vol|ume", ".cm-tooltip .cm-diagnostic", UNITS)
    assert len(shown) == 1
    page.close()
