"""What a person sees of a program in the browser: Chromium on the built page, with `apx lsp` at the other end of its socket."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frontend.browser import LONG, ROOT, Browser, Page, Server

TREND = """apx 1

strategy "Trend"
trade "AAPL" every 1d

input fast = 50 bars in 2 .. 100
input slow = 200 bars in 3 .. 400

settings
  commission 0.1%

let quick = sma(close, fast)
let calm = sma(close, slow)

when quick crosses above calm
  buy 10% of equity
    stop loss at 5%

when quick crosses below calm
  exit position
"""
MIXED = TREND.replace("let calm = sma(close, slow)\n", "let calm = sma(close, slow)\nlet odd = close + volume\n")
UNITS = "close is a price and volume is a quantity; they can't be added."


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page with a clean program. Whatever a test does on it, its console stays silent."""
    opened = browser.open(server.address, TREND).online()
    yield opened
    assert opened.complaints() == []
    opened.close()


@pytest.fixture
def mixed(browser: Browser, server: Server) -> Iterator[Page]:
    """A page with a mistake of units."""
    opened = browser.open(server.address, MIXED).online()
    yield opened
    assert opened.complaints() == []
    opened.close()


def test_words_have_the_colour_of_what_they_mean(page: Page) -> None:
    # `fast` and `quick` are both names to the grammar; only the server knows an input from a value.
    assert page.shown(".cm-apx-token-variable.cm-apx-token-readonly", "slow")
    assert "quick" in page.texts(".cm-apx-token-variable:not(.cm-apx-token-readonly)")
    assert "sma" in page.texts(".cm-apx-token-function.cm-apx-token-defaultLibrary")

    def colour(marked: str) -> str:
        at = page.text.index(marked.replace("|", "")) + marked.index("|") + 1
        return str(page.js(f"(({{node}}) => getComputedStyle(node.parentElement).color)(apx.view.domAtPos({at}))"))

    assert colour("sma(close, |fast)") == "rgb(162, 26, 91)"  # the theme's colour of inputs
    assert colour("when |quick crosses above") == "rgb(29, 36, 51)"
    assert colour("sma(|close, fast)") == "rgb(11, 106, 99)"  # of the market's


def test_hints_say_unit_and_warm_up_and_can_be_put_away(page: Page) -> None:
    assert page.shown(".cm-apx-inlay", "49 bars")[0] == ": price, 49 bars"
    assert page.text == TREND  # hints are no part of it
    page.at("#hints", ["click"])
    page.until(lambda: page.js("getComputedStyle(document.querySelector('.cm-apx-inlay')).display") == "none", "hints put away")
    assert page.js("document.querySelector('#hints').getAttribute('aria-pressed')") == "false"
    page.cursor("apx| 1")
    page.press("Control+Alt+i")
    page.until(lambda: page.js("getComputedStyle(document.querySelector('.cm-apx-inlay')).display") != "none", "hints back")


def test_hovering_explains_a_word(page: Page) -> None:
    (shown,) = page.hover("= s|ma", ".cm-tooltip .cm-lsp-hover-tooltip", "Simple average")
    assert "warm-up: n - 1 bars" in shown
    assert page.js("document.querySelectorAll('.cm-lsp-hover-tooltip code').length") > 0  # Markdown, drawn


def test_the_keyboard_explains_a_word_and_closes_it(page: Page) -> None:
    page.cursor("let qui|ck")
    page.press("Control+k", "Control+i")
    (shown,) = page.shown(".cm-lsp-hover-tooltip", "quick")
    assert "price" in shown
    page.press("Escape")
    page.gone(".cm-lsp-hover-tooltip")


def test_a_mistake_of_units_is_underlined_and_says_why(mixed: Page) -> None:
    assert mixed.shown(".cm-lintRange-error", "volume") == ["volume"]
    assert "wavy" in mixed.js("getComputedStyle(document.querySelector('.cm-lintRange-error')).textDecoration")
    (shown,) = mixed.hover("+ vol|ume", ".cm-tooltip .cm-diagnostic", UNITS)
    assert "E0301" in shown
    mixed.shown(".cm-tooltip .cm-apx-fix", "Drop the units")


def test_the_fix_in_the_menu_mends_it_and_the_page_is_clean(mixed: Page) -> None:
    mixed.shown(".cm-lintRange-error", "volume")
    mixed.cursor("let o|dd")
    mixed.shown(".cm-apx-lights .cm-apx-light[aria-label]")
    assert mixed.js("document.querySelectorAll('.cm-apx-light svg path').length") > 0
    mixed.press("Control+.")
    choices = mixed.shown(".cm-apx-menu [role=menuitem]", "Drop the units")
    at = next(index for index, choice in enumerate(choices) if "Drop the units" in choice)
    mixed.until(lambda: mixed.js("document.activeElement.getAttribute('role')") == "menuitem", "the menu has the focus")
    mixed.press(*["ArrowDown"] * at, "Enter")
    mixed.until(lambda: "let odd = number(close) + number(volume)" in mixed.text, "the fix in the text")
    mixed.gone(".cm-lintRange-error")
    mixed.settled()
    assert mixed.js("document.activeElement === apx.view.contentDOM")
    mixed.press("Control+z")
    assert mixed.text == MIXED  # one step back is before the fix


def test_the_fix_in_the_message_mends_it(mixed: Page) -> None:
    mixed.shown(".cm-lintRange-error", "volume")
    mixed.hover("+ vol|ume", ".cm-tooltip .cm-apx-fix", "Drop the units")
    mixed.at(".cm-tooltip .cm-apx-fix", ["click"])
    mixed.until(lambda: "let odd = number(close) + number(volume)" in mixed.text, "the fix in the text")
    mixed.gone(".cm-lintRange-error")


def test_completion_offers_and_writes(page: Page) -> None:
    page.cursor("let calm = sma(close, slow)|")
    page.type("\nlet heat = rs")
    page.shown(".cm-tooltip-autocomplete li", "rsi")
    page.until(
        lambda: page.js("document.querySelector('.cm-tooltip-autocomplete li[aria-selected]')?.textContent.startsWith('rsi')"),
        "rsi selected",
    )
    page.shown(".cm-completionInfo", "Relative strength")  # its documentation, fetched when looked at
    time.sleep(0.3)  # CodeMirror takes no Enter in the first moment of a list, so that nobody takes what they have not seen
    page.press("Enter")
    page.until(lambda: re.search(r"let heat = rsi\(.*\)", page.text), "rsi written")
    page.gone(".cm-tooltip-autocomplete")


def test_the_call_around_the_cursor_says_its_parameters(page: Page) -> None:
    page.cursor("let calm = sma(close, slow)|")
    page.type("\nlet heat = ema(")
    page.shown(".cm-apx-signature", "ema(")
    first = page.texts(".cm-apx-signature-parameter")
    page.type("close, ")
    page.until(lambda: page.texts(".cm-apx-signature-parameter") not in ([], first), "the second parameter")
    page.press("Escape", "Escape")  # what completion offers, then the call
    page.gone(".cm-apx-signature")
    page.press("Control+Shift+Space")
    page.shown(".cm-apx-signature", "ema(")
    page.cursor("apx| 1")
    page.gone(".cm-apx-signature")


def test_a_name_is_renamed_everywhere_at_once(page: Page) -> None:
    page.cursor("let qui|ck")
    page.press("F2")
    page.shown(".cm-apx-rename", "New name of quick")
    page.type("fleet")  # the old name is selected: typing takes its place
    page.press("Enter")
    page.until(lambda: page.text == TREND.replace("quick", "fleet"), "renamed")
    page.shown(".cm-apx-notice", "quick is now fleet.")
    page.press("Control+z")
    assert page.text == TREND


def test_a_name_that_cannot_be_is_refused_with_a_sentence(page: Page) -> None:
    page.cursor("let qui|ck")
    page.press("F2")
    page.shown(".cm-apx-rename")
    page.type("calm")
    page.press("Enter")
    page.shown(".cm-apx-notice[role=alert]", "Nothing was renamed.")
    assert page.text == TREND


def test_the_layout_is_that_of_apx_fmt(browser: Browser, server: Server, tmp_path: Path) -> None:
    loose = TREND.replace("let quick = sma(close, fast)", "let   quick=sma( close,fast )").replace(
        "    stop loss", "        stop loss"
    )
    path = tmp_path / "loose.apx"
    path.write_text(loose, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "apextrade", "fmt", str(path)], cwd=ROOT, capture_output=True, text=True, timeout=LONG
    )
    assert done.returncode == 0, done.stderr
    wanted = path.read_text(encoding="utf-8")
    assert wanted != loose
    page = browser.open(server.address, loose).online()
    page.press("Shift+Alt+F")
    page.until(lambda: page.text == wanted, "laid out")
    page.press("Control+z")
    assert page.text == loose
    page.at("#format", ["click"])
    page.until(lambda: page.text == wanted, "laid out by the button")
    assert page.complaints() == []
    page.close()


def test_a_backtest_runs_from_its_lens_and_its_result_stands_there(page: Page, tmp_path: Path) -> None:
    page.shown(".cm-apx-lens", "backtest on AAPL")
    page.at(".cm-apx-lens", ["click"])
    (shown,) = (text for text in page.shown(".cm-apx-lens", "Sharpe", LONG) if "Sharpe" in text)
    path = tmp_path / "trend.apx"
    path.write_text(TREND, encoding="utf-8")
    command = [sys.executable, "-m", "apextrade", "backtest", str(path), "--data", "AAPL", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONG)
    assert done.returncode == 0, done.stderr
    figures = re.search(r"([+−-][\d.]+)%, Sharpe ([\d.]+)", shown)
    assert figures is not None, shown
    stats = json.loads(done.stdout)["stats"]
    assert float(figures[1].replace("−", "-")) == round(100 * stats["total_return"], 1)
    assert float(figures[2]) == round(stats["sharpe"], 2)
    place = page.js(
        "((lens, line) => [lens.bottom <= line.top + 2, lens.right <= innerWidth])"
        "(document.querySelector('.cm-apx-lens').getBoundingClientRect(), [...document.querySelectorAll('.cm-line')].find((one) => one.textContent.startsWith('strategy')).getBoundingClientRect())"
    )
    assert place == [True, True]  # above its line, inside the window


def test_a_report_that_no_page_can_show_says_where_it_is(page: Page) -> None:
    page.shown(".cm-apx-lens", "backtest on AAPL")
    page.at(".cm-apx-lens", ["click"])
    page.shown(".cm-apx-lens", "report", LONG)
    page.at(".cm-apx-lens:text-is('report')", ["click"])
    (said,) = page.shown(".cm-apx-notice", "The report is at ", LONG)
    assert "<html" in Path(said.removeprefix("The report is at ")).read_text(encoding="utf-8")


def test_a_backtest_without_bars_says_what_to_do(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, TREND.replace("AAPL", "NOSUCH")).online()
    page.shown(".cm-apx-lens", "backtest")
    page.at(".cm-apx-lens", ["click"])
    page.shown(".cm-apx-notice[role=alert]", "NOSUCH", LONG)
    assert page.complaints() == []
    page.close()


def test_the_lens_runs_by_the_keyboard(page: Page) -> None:
    page.shown(".cm-apx-lens", "backtest on AAPL")
    page.cursor("let qui|ck")
    page.press("Control+Alt+l")
    page.shown(".cm-apx-menu [role=menuitem]", "backtest")
    page.until(lambda: page.js("document.activeElement.getAttribute('role')") == "menuitem", "the menu has the focus")
    page.press("Enter")
    page.shown(".cm-apx-lens", "Sharpe", LONG)


def test_long_results_wrap_inside_a_narrow_window(browser: Browser, server: Server) -> None:
    page = browser.open(server.address, TREND, viewport={"width": 420, "height": 800}).online()
    page.shown(".cm-apx-lens", "backtest on AAPL")
    page.at(".cm-apx-lens", ["click"])
    page.shown(".cm-apx-lens", "Sharpe", LONG)
    inside = "[...document.querySelectorAll('.cm-apx-lens')].every((one) => one.getBoundingClientRect().right <= innerWidth)"
    page.until(lambda: page.js(inside), "lenses inside the window")
    assert page.js("document.querySelector('.cm-apx-lens').getBoundingClientRect().height") > 30  # more than one line
    assert page.complaints() == []
    page.close()


def test_the_other_places_of_a_name_are_marked(page: Page) -> None:
    page.cursor("let qui|ck")
    page.until(
        lambda: len(page.texts(".cm-apx-read")) == 2 and page.texts(".cm-apx-write") == ["quick"], "read twice, written once"
    )


def test_a_definition_is_gone_to(page: Page) -> None:
    page.settled()
    page.cursor("when quick crosses below cal|m")
    page.press("F12")
    page.until(
        lambda: page.js("apx.view.state.doc.lineAt(apx.view.state.selection.main.head).text").startswith("let calm"),
        "at the definition",
    )


def test_statements_fold(page: Page) -> None:
    page.settled()
    page.cursor("when quick crosses abo|ve")
    page.press("Control+Shift+BracketLeft")
    page.until(lambda: not any("stop loss" in line for line in page.texts(".cm-line")), "folded")
    page.press("Control+Shift+BracketRight")
    page.until(lambda: any("stop loss" in line for line in page.texts(".cm-line")), "unfolded")
    assert page.text == TREND
