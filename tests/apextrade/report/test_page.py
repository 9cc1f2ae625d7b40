"""The HTML report: needs nothing else, is well formed, escapes, repeats, and shows what the statistics say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from apextrade.report import Overlay, Refusal, ReportData, TradeRow, write_html

Make = Callable[..., ReportData]
VOID = {"meta", "br", "link", "col", "input"}
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' & \x1b[31m \u202egnp </style>\x00\ud800"


class Page(HTMLParser):
    """The elements of a page: balanced or not, with attributes, texts by the element they are in, and rows of tables."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.faults: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.rows: list[list[str]] = []
        self.pairs: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag == "dt":
            self.pairs.append([""])
        if tag == "dd":
            self.pairs[-1].append("")
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.stack[-3:]} at {self.getpos()}")
        else:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((self.stack[-1] if self.stack else "", data))
        if {"td", "th"} & set(self.stack) and self.rows:
            self.rows[-1][-1] += data
        if {"dt", "dd"} & set(self.stack) and "sup" not in self.stack:
            self.pairs[-1][-1] += data

    @property
    def trades(self) -> list[list[str]]:
        """The rows of the table of trades, without its head."""
        return [row for row in self.rows if len(row) > 1 and row[1] in ("long", "short")]

    def words(self, *leave_out: str) -> str:
        return " ".join(text for tag, text in self.texts if tag not in ("script", "style", *leave_out))

    @property
    def points(self) -> dict:
        return json.loads(next(text for tag, text in self.texts if tag == "script"))


def parsed(data: ReportData) -> Page:
    page = Page(write_html(data))
    assert not page.faults
    assert not page.stack
    return page


def test_the_page_needs_no_other_file_and_no_address(real: ReportData) -> None:
    text = write_html(real)
    for tag, attributes in Page(text).elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base", "form"), tag
        for name, value in attributes.items():
            assert not name.startswith("on"), f"{tag} {name}"
            if name in ("src", "href", "xlink:href", "action", "srcset", "data"):
                assert (value or "").startswith("#"), f"{tag} {name}={value}"
    assert not re.search(r"url\(|@import|@font-face|\bfetch\(|XMLHttpRequest|WebSocket|import\(|sendBeacon", text)
    assert not re.search(r"https?://|src=.?http|href=.?http", text)


def test_the_page_forbids_itself_to_load_anything(real: ReportData) -> None:
    policy = next(a["content"] for tag, a in Page(write_html(real)).elements if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "script-src 'sha256-" in policy


def test_equal_data_give_equal_bytes(make: Make) -> None:
    assert write_html(make(400)).encode() == write_html(make(400)).encode()


def test_hostile_texts_are_shown_and_do_nothing(make: Make, make_trade: Callable[..., TradeRow]) -> None:
    plain = make(300)
    row = make_trade(1, plain.time, plain.close, 10, 20, tag=HOSTILE, exit_reason=HOSTILE, symbol=HOSTILE)
    texts = ("title", "doc", "program_text", "program_hash", "symbol", "currency", "data_name", "fingerprint")
    facts = dict.fromkeys(texts, HOSTILE)
    refusals, overlays = (Refusal(HOSTILE, 1),), (Overlay(HOSTILE, plain.close), Overlay(HOSTILE, plain.close, HOSTILE))
    data = replace(
        plain, **facts, trades=[row], refusals=refusals, overlays=overlays, warnings=(HOSTILE,), repairs=(HOSTILE,),
        settings=((HOSTILE, HOSTILE),), inputs=((HOSTILE, HOSTILE),), stats={**plain.stats, HOSTILE: 1.0},
    )  # fmt: skip
    hostile, harmless = parsed(data), parsed(replace(plain, trades=[replace(row, symbol="AAPL", tag="t")]))
    assert [tag for tag, _ in hostile.elements].count("script") == 2
    assert not [tag for tag, _ in hostile.elements if tag == "img"]
    assert {name for _, a in hostile.elements for name in a} <= {name for _, a in harmless.elements for name in a}
    text = write_html(data)
    assert "<script>alert" not in text
    assert not set("\x00\x1b\u202e\ud800") & set(text)
    assert text.encode("utf-8")
    assert "<script>alert(1)</script>" in hostile.words(), "a reader still sees what was written"
    hostile.points  # noqa: B018  still JSON


def test_a_program_is_shown_whole_with_its_line_breaks(real: ReportData) -> None:
    text = 'apx 1\r\n\r\nlet a = "x # y"   # a note <b>\n  buy 1 units\n# end & done'
    page = Page(write_html(replace(real, program_text=text)))
    starts = next(i for i, (tag, t) in enumerate(page.texts) if t == "Program")
    shown = "".join(t for tag, t in page.texts[starts:] if tag in ("span", "b", "i", "em", "code"))
    assert text.replace("\r\n", "\n") in shown


def tiles(page: Page) -> dict[str, str]:
    return {label: number for label, number, _ in page.pairs[:8]}


def test_the_tiles_say_what_the_statistics_say(real: ReportData) -> None:
    s = real.stats
    number = lambda text: float(text.replace("\u2212", "-").replace(",", "").rstrip("%"))  # noqa: E731
    shown = tiles(parsed(real))
    assert list(shown) == [
        "Total return", "Annual return", "Sharpe ratio", "Max drawdown", "Trades", "Win rate", "Profit factor", "Exposure",
    ]  # fmt: skip
    assert number(shown["Total return"]) == pytest.approx(100 * s["total_return"], abs=0.05)
    assert number(shown["Annual return"]) == pytest.approx(100 * s["annual_return"], abs=0.005)
    assert number(shown["Sharpe ratio"]) == pytest.approx(s["sharpe"], abs=0.005)
    assert number(shown["Max drawdown"]) == pytest.approx(-100 * abs(s["max_drawdown"]), abs=0.05)
    assert number(shown["Trades"]) == s["trades"]
    assert number(shown["Win rate"]) == pytest.approx(100 * s["win_rate"], abs=0.05)
    assert number(shown["Profit factor"]) == pytest.approx(s["profit_factor"], abs=0.005)
    assert number(shown["Exposure"]) == pytest.approx(100 * s["exposure"], abs=0.05)


def test_every_statistic_is_listed_with_its_unit_and_an_unknown_one_as_a_dash(real: ReportData) -> None:
    page = parsed(replace(real, stats={**real.stats, "ulcer_index": 4.5}))
    shown = dict(page.pairs[8:])
    assert shown["Commission"] == "52.25 USD"
    assert shown["Calmar ratio"] == "\N{EN DASH}"
    assert shown["Longest drawdown"] == "123 bars"
    assert shown["Turnover"] == "3.2\N{MULTIPLICATION SIGN}"
    assert shown["Ulcer index"] == "4.50"
    assert shown["Ambiguous bars"] == "2 bars"
    assert shown["Return, targets first"] == "+23.5%"
    assert shown["Final equity"] == f"{real.stats['final_equity']:,.2f} USD"
    assert len(shown) >= len(real.stats)


def test_all_trades_are_in_the_table_in_order_with_their_numbers(real: ReportData) -> None:
    page = parsed(real)
    assert len(page.trades) == len(real.trades)
    for row, t in zip(page.trades, real.trades, strict=True):
        assert row[0] == str(t.id)
        assert row[1] == t.side
        assert row[4] == f"{t.entry_price:.2f}"
        assert float(row[7].replace("\u2212", "-").replace(",", "")) == pytest.approx(t.profit, abs=0.005)
        assert float(row[8].replace("\u2212", "-").replace(",", "")) == pytest.approx(100 * t.profit_share, abs=0.005)
        assert row[5] == ("open" if t.exit_time is None else str(np.datetime64(t.exit_time, "us"))[:10])


def test_each_trade_has_a_mark_at_its_fills(real: ReportData) -> None:
    uses = [a for tag, a in parsed(real).elements if tag == "use" and "data-t" in a]
    done = [t for t in real.trades if not t.is_open]
    assert len(uses) == len(real.trades) + len(done)
    for t in done:
        entry, left = [a for a in uses if a["data-t"] == str(t.id)]
        assert entry["href"] == f"#m-{t.side}"
        assert left["href"] == ("#m-won" if t.profit > 0 else "#m-lost")
        assert real.time[int(entry["data-x"] or "")] == t.entry_time
        assert real.time[int(left["data-x"] or "")] == t.exit_time


def test_marks_differ_in_shape_not_only_in_colour(real: ReportData) -> None:
    shapes = [(tag, a) for tag, a in Page(write_html(real)).elements if str(a.get("id", "")).startswith("m-")]
    drawings = {(tag, a.get("d"), a.get("r")) for tag, a in shapes}
    assert len(shapes) == len(drawings) == 4


def test_thousands_of_trades_are_cut_with_a_note_and_bury_no_prices(make: Make, make_trade: Callable[..., TradeRow]) -> None:
    data = make(12_000)
    trades = [make_trade(i + 1, data.time, data.close, 2 * i, 2 * i + 1, "short" if i % 2 else "long") for i in range(5000)]
    text = write_html(replace(data, trades=trades))
    page = Page(text)
    assert not page.faults
    assert [row[0] for row in page.trades] == [str(i) for i in range(4001, 5001)]
    assert "Showing the last 1,000 of 5,000 trades" in page.words()
    assert "--trades FILE" in page.words()
    assert any(a.get("class") == "marks many" for _, a in page.elements), "hidden until zoomed in"
    assert len(text) < 1_500_000


def test_a_million_bars_make_a_file_below_two_megabytes(make_trade: Callable[..., TradeRow], make: Make) -> None:
    n = 1_000_000
    rng = np.random.default_rng(3)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.0004, n)))
    time = np.arange(n) * 60_000_000
    trades = [make_trade(i + 1, time, close, 500 * i, 500 * i + 200) for i in range(1990)]
    data = replace(
        make(10), time=time, open=close, high=close * 1.001, low=close * 0.999, close=close, equity=close * 100,
        benchmark=close * 99, position=np.where(np.arange(n) % 500 < 200, 10.0, 0.0), trades=trades,
        overlays=tuple(Overlay(f"line {i}", close * (1 + i / 100)) for i in range(4)),
    )  # fmt: skip
    text = write_html(data)
    assert len(text.encode()) < 2_000_000
    assert not Page(text).faults
    assert "1,000,000 bars are drawn as 1,500 columns" in text


def test_without_trades_the_page_says_so(make: Make) -> None:
    data = make(300)
    page = parsed(replace(data, trades=[], stats={**data.stats, "trades": 0.0, "win_rate": float("nan")}))
    assert "It never traded." in page.words()
    assert "No trade was made." in page.words()


@pytest.mark.parametrize("n", [1, 2, 3, 180, 181, 5000, 5001])
def test_any_number_of_bars_makes_a_whole_page(make: Make, n: int) -> None:
    page = parsed(make(n))
    assert page.points["bars"] == n
    assert len(page.points["time"]) == (n if n <= 5000 else 1500)


def test_unknown_prices_and_equity_break_nothing(make: Make) -> None:
    data, nothing = make(500), np.full(500, np.nan)
    stats = dict.fromkeys(data.stats, float("nan"))
    blank = replace(
        data, open=nothing, high=nothing, low=nothing, close=nothing, equity=nothing, benchmark=nothing, position=nothing,
        stats=stats, trades=[], overlays=(Overlay("none", nothing), Overlay("o", nothing, "ratio")),
    )  # fmt: skip
    page = parsed(blank)
    assert "No price of AAPL is known." in str(page.elements)
    assert "nan" not in page.words().lower().replace("finance", "")
    assert not [a["d"] for tag, a in page.elements if tag == "path" and "nan" in str(a.get("d"))]


def test_an_open_trade_has_an_entry_and_no_exit(make: Make, make_trade: Callable[..., TradeRow]) -> None:
    data = make(300)
    page = parsed(replace(data, trades=[make_trade(1, data.time, data.close, 250, None)]))
    (row,) = page.trades
    assert row[5] == "open"
    assert row[6] == "\N{EN DASH}"
    assert "1 still open" in page.words()


def test_notes_tell_of_warnings_and_refusals(real: ReportData) -> None:
    words = parsed(real).words()
    assert "Nothing is protected by a stop." in words
    assert "3 orders not made or filled as written, first on 2000-03-01 UTC: the size is unknown." in words
    quiet = replace(real, warnings=(), refusals=())
    assert "Before you trust this" not in parsed(quiet).words()


def test_plots_that_are_no_prices_get_a_chart_of_their_own(real: ReportData) -> None:
    charts = [a["data-chart"] for tag, a in parsed(real).elements if "data-chart" in a]
    moving = ["moving-sharpe", "moving-volatility", "moving-beta"]
    assert charts == ["price", "plot0", "equity", "equity-log", "drawdown", *moving]
    assert set(parsed(real).points["charts"]) == set(charts) - {"equity-log"}


def test_values_under_the_pointer_are_those_of_the_data(real: ReportData) -> None:
    points = parsed(real).points
    rows = points["at"] if "at" in points else range(len(real.time))
    close, equity = points["charts"]["price"][0]["v"], points["charts"]["equity"][0]["v"]
    for k, i in list(enumerate(rows))[::97]:
        assert close[k] == pytest.approx(real.close[i], abs=0.005)
        assert equity[k] == pytest.approx(real.equity[i], abs=0.005)
        assert points["time"][k] == real.time[i] // 1_000_000


def test_intraday_times_show_hours_and_daily_ones_do_not(make: Make) -> None:
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", parsed(make(300, step=3_600_000_000)).words())
    assert not re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", parsed(make(300)).words())


def test_a_report_without_bars_or_with_unequal_columns_is_refused(make: Make) -> None:
    data = make(10)
    with pytest.raises(ValueError, match="equity has 3 values, but there are 10 bars"):
        replace(data, equity=np.ones(3))
    with pytest.raises(ValueError, match="at least one bar"):
        replace(data, time=data.time[:0])


def test_names_between_backticks_are_set_as_code(real: ReportData) -> None:
    page = parsed(replace(real, warnings=("Set `limit <b>` or `x`.", "One ` alone.")))
    assert {"limit <b>", "x"} <= {text for tag, text in page.texts if tag == "code"}
    assert "One ` alone." in page.words()
