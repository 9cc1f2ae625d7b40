"""Answers about a text under edit are what the commands say of the same text in a file."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main
from apextrade.editing.questions import Question, read_question
from apextrade.editing.work import Answer, Desk
from apextrade.failures import UsageError
from runtime.data.samples import read_sample
from runtime.data.store import Store

EXAMPLES = Path(__file__).parents[3] / "examples"
GOLDEN_CROSS = EXAMPLES / "golden_cross.apx"

LOTS = """apx 1
strategy "everything that has a value"
trade "AAPL" every 1d
input n = 5 bars in 2 .. 50
input share = 10% in 1% .. 50%
settings
  capital 10_000 USD
  commission 0.1%
let quick = sma(close, n)
let m = macd(close)
let week = close on 1w
remember top = if close > top then close else top end initially close
when close > quick * 1.01 and m.line > m.signal
  buy share of equity
    stop loss at entry - 2 * atr(n)
  notify "in at {close}"
when close < quick or position.bars_held > 10
  exit position
alert when close > week "above last week"
plot quick "average", close - quick
test "buys above"
  with n = 2 bars
  given close = [10, 10, 10]
  expect no order
test "is wrong"
  with n = 2 bars
  given close = [10, 10, 10]
  expect buy at bar 2
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    return Desk(tmp_path / "reports")


def command_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert main(["backtest", *arguments, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def sample(name: str) -> apx.Candles:
    return apx.Candles.from_raw(read_sample(name))


def plain(answer: Answer) -> Answer:
    """As it comes out of the process."""
    found: Answer = json.loads(json.dumps(answer, allow_nan=False))
    return found


# ---------------------------------------------------------------- backtests


@pytest.mark.parametrize("name", ["golden_cross.apx", "filtered_breakout.apx", "rsi_two.apx"])
def test_a_backtest_of_a_text_is_that_of_the_command_on_its_file(
    name: str, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = EXAMPLES / name
    answer = plain(desk.answer(Question("backtest", path.read_text(), str(path), data=("MSFT",))))
    said = command_json(capsys, str(path), "--data", "MSFT")
    assert answer["result"] == {key: said[key] for key in ("program", "hash", "data", "settings", "stats", "warnings")}


def test_options_mean_what_they_mean_for_the_command(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    given = read_question(
        {
            "ask": "backtest", "text": GOLDEN_CROSS.read_text(), "path": str(GOLDEN_CROSS), "data": ["AAPL"],
            "options": {"set": ["fast=20", "risk=1%"], "capital": "5_000 USD", "from": "2005-01-01", "tick": 0.05},
        }
    )  # fmt: skip
    answer = plain(desk.answer(given))
    said = command_json(
        capsys, str(GOLDEN_CROSS), "--data", "AAPL", "--set", "fast=20", "--set", "risk=1%", "--capital", "5_000 USD",
        "--from", "2005-01-01", "--tick", "0.05",
    )  # fmt: skip
    assert answer["result"]["stats"] == said["stats"]
    assert answer["result"]["settings"] == said["settings"]


def test_the_line_of_figures_has_the_digits_of_the_summary(desk: Desk) -> None:
    answer = desk.answer(Question("backtest", GOLDEN_CROSS.read_text(), str(GOLDEN_CROSS), data=("AAPL",)))
    assert answer["line"] == "+179.3%, Sharpe 0.86, drawdown −20.4%, 6 trades"
    summary = apx.backtest(GOLDEN_CROSS, sample("AAPL")).summary()
    for shown in (r"Total return +\+179\.3%", r"Sharpe ratio +0\.86", r"Maximum drawdown +−20\.4%", "6 trades closed"):
        assert re.search(shown, summary), shown


def test_equity_is_a_line_of_few_points_from_the_first_bar_to_the_last(desk: Desk) -> None:
    answer = desk.answer(Question("backtest", GOLDEN_CROSS.read_text(), data=("AAPL",)))
    assert len(answer["equity"]) == len(answer["times"]) == 60
    assert answer["equity"][0] == 100_000.0
    assert answer["equity"][-1] == answer["result"]["stats"]["final_equity"]


def test_a_page_is_written_where_it_is_wanted_and_one_for_each_file(desk: Desk) -> None:
    question = Question("backtest", GOLDEN_CROSS.read_text(), str(GOLDEN_CROSS), data=("AAPL",), report=True)
    first, second = desk.answer(question), desk.answer(question)
    page = Path(first["report"])
    assert first["report"] == second["report"]
    assert list(desk.reports.iterdir()) == [page]
    assert page.read_text().startswith("<!doctype html>")
    assert desk.answer(Question("backtest", GOLDEN_CROSS.read_text(), data=("AAPL",)))["report"] is None


def test_several_instruments_are_traded_on_one_account(desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "two.apx"
    path.write_text(
        'apx 1\nstrategy "two"\ntrade "AAPL", "MSFT" every 1d\nsettings\n  capital 10_000 USD\n  commission 0.1%\n'
        "let quick = sma(close, 5)\nwhen close crosses above quick\n  buy 20% of equity\nwhen close crosses below quick\n  exit position\n"
    )
    answer = plain(desk.answer(Question("backtest", path.read_text(), str(path))))
    said = command_json(capsys, str(path))
    assert answer["data"] == "AAPL, MSFT"
    assert answer["result"]["stats"] == said["stats"]
    assert answer["result"]["instruments"] == said["instruments"]
    values = desk.answer(Question("values", path.read_text(), str(path), last=2))
    by_name = {value["name"]: value["values"] for value in values["values"]}
    of_one = apx.compile(path).run(sample("AAPL"))
    assert by_name["quick"] == of_one["quick"][-2:].tolist()
    assert values["note"]


# ---------------------------------------------------------------- which bars


def test_bars_are_those_of_the_trade_line_else_the_configured_ones_else_a_sentence(desk: Desk, tmp_path: Path) -> None:
    def of(trade: str, default: str = "") -> Answer:
        text = f'apx 1\nstrategy "s"\n{trade}\nplot close\n'
        return desk.answer(Question("data", text, str(tmp_path / "s.apx"), default=default))

    sample = of('trade "MSFT" every 1d', "AAPL")
    assert (sample["data"], sample["from"]) == ("MSFT", "trade")
    other = of('trade "SPY" every 1d', "AAPL")
    assert (other["data"], other["specs"], other["from"]) == ("AAPL", ["AAPL"], "default")
    none = of('trade "SPY" every 1d')
    assert none["said"] == "no data"
    assert none["why"] == (
        "There are no stored bars of SPY and no sample of that name. To run it here, import them with "
        "`apx data import FILE --symbol SPY`, or set default data in the editor's settings."
    )
    unnamed = of("")
    assert unnamed["said"] == "no data"
    assert unnamed["why"].startswith("The program names no instrument.")


def test_stored_bars_are_found_and_read_again_when_they_change(desk: Desk, tmp_path: Path) -> None:
    store = Store(tmp_path / "home" / "candles")
    candles = sample("AAPL")
    text = 'apx 1\nstrategy "s"\ntrade "SPY" every 1d\nlet last = close\n'
    question = Question("values", text, str(tmp_path / "s.apx"), last=1)
    assert desk.answer(question)["said"] == "no data"
    store.write(candles.rows(slice(0, 100)), "SPY", "1d")
    first = desk.answer(question)
    assert (first["bars"], desk.bars.opened) == (100, 1)
    desk.answer(question)
    assert desk.bars.opened == 1
    store.write(candles, "SPY", "1d", replace=True)
    second = desk.answer(question)
    assert (second["bars"], desk.bars.opened) == (len(candles), 2)
    assert {Path(path).suffix for path, _, _ in second["files"]} >= {".parquet"}
    assert first["files"] != second["files"]


def test_the_path_of_bars_begins_at_the_folder(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text("time,open,high,low,close,volume\n2024-01-02,1,2,1,2,10\n2024-01-03,2,3,2,3,10\n")
    answer = desk.answer(
        Question("values", 'apx 1\nstrategy "s"\nlet last = close\n', default="bars.csv", folder=tmp_path, last=5)
    )
    assert answer["values"][0]["values"] == [2.0, 3.0]


# ---------------------------------------------------------------- values


def test_named_values_are_those_of_a_run_and_every_place_says_what_stands_there(desk: Desk) -> None:
    answer = plain(desk.answer(Question("values", LOTS, last=4)))
    signals = apx.compile(LOTS).run(sample("AAPL"))
    by_name = {value["name"]: value for value in answer["values"] if value["name"]}
    for name in ("quick", "week", "top", "m.line", "m.signal"):
        assert by_name[name]["values"] == signals[name][-4:].tolist(), name
    truths = {1.0: True, 0.0: False}
    assert by_name["rule 1"]["values"] == [truths[v] for v in signals["rule_1"][-4:].tolist()]
    assert by_name["alert 1"]["values"] == [truths[v] for v in signals["alert_1"][-4:].tolist()]
    assert by_name["quick"]["unit"] == "price"
    assert by_name["share"]["values"] == [0.1]
    assert len(answer["times"]) == 4
    for value in answer["values"]:
        for start, end in value["places"]:
            assert value["role"] in ("input", "let", "state") or LOTS[start:end] == value["text"]
            assert "entry" not in LOTS[start:end]
    part = next(v for v in answer["values"] if v["text"] == "quick * 1.01")
    assert part["values"] == (signals["quick"][-4:] * 1.01).tolist()


def test_position_is_that_of_the_backtest(desk: Desk) -> None:
    text = LOTS + "let size = position.size\nlet worth = account.equity\n"
    bars = sample("AAPL")
    answer = plain(desk.answer(Question("values", text, last=1_000)))
    by_text = {value["text"]: value["values"] for value in answer["values"]}
    equity = apx.backtest(apx.compile(text), bars).equity
    assert by_text["size"] == by_text["position.size"]
    assert by_text["worth"] == equity["equity"].tolist()[-1_000:]
    assert by_text["position.size"] == equity["position"].tolist()[-1_000:]
    assert len(set(by_text["position.size"])) > 2


def test_inside_a_state_the_name_alone_has_a_value(desk: Desk) -> None:
    answer = desk.answer(Question("values", LOTS, last=1))
    line = LOTS.index("remember top")
    inside = [v for v in answer["values"] for start, end in v["places"] if line <= start < LOTS.index("\n", line)]
    assert [value["name"] for value in inside] == ["top"]


def test_parts_are_given_for_the_places_that_are_asked_for(desk: Desk) -> None:
    start = LOTS.index("when close > quick")
    given = read_question({"ask": "values", "text": LOTS, "last": 1, "parts": [[start, LOTS.index("\n", start)]]})
    parts = [v["text"] for v in desk.answer(given)["values"] if v["role"] == "part"]
    assert "quick * 1.01" in parts
    assert "2 * atr(n)" not in parts


def test_values_before_the_warm_up_are_unknown(desk: Desk, tmp_path: Path) -> None:
    rows = "".join(f"2024-01-0{day},1,2,1,{day},10\n" for day in range(1, 5))
    (tmp_path / "bars.csv").write_text("time,open,high,low,close,volume\n" + rows)
    text = 'apx 1\nstrategy "s"\nlet a = sma(close, 3)\nlet c = a > 1\n'
    answer = plain(desk.answer(Question("values", text, data=(str(tmp_path / "bars.csv"),), last=9)))
    by_name = {value["name"]: value["values"] for value in answer["values"]}
    assert by_name["a"] == [None, None, 2.0, 3.0]
    assert by_name["c"] == [None, None, True, True]


# ---------------------------------------------------------------- tests


def test_a_test_says_what_failed_with_its_own_sentence_and_place(desk: Desk) -> None:
    answer = plain(desk.answer(Question("test", LOTS)))
    assert answer["passed"] is False
    good, bad = answer["tests"]
    assert (good["title"], good["passed"], good["failures"]) == ("buys above", True, [])
    (failure,) = bad["failures"]
    start, end = failure["place"]
    assert LOTS[start:end] == failure["text"] == "expect buy at bar 2"
    assert failure["happened"] == "No `buy` order was made on bar 2."


def test_one_test_is_run_by_its_place(desk: Desk) -> None:
    answer = desk.answer(Question("test", LOTS, at=LOTS.index("buys above")))
    assert [test["title"] for test in answer["tests"]] == ["buys above"]
    with pytest.raises(UsageError, match="no test at this place"):
        desk.answer(Question("test", LOTS, at=3))


def test_tests_of_a_library_run_and_nothing_else_of_it_does(desk: Desk) -> None:
    path = EXAMPLES / "trend_filters.apx"
    answer = desk.answer(Question("test", path.read_text(), str(path)))
    assert answer["passed"] is True
    with pytest.raises(UsageError, match="library trades nothing"):
        desk.answer(Question("backtest", path.read_text(), str(path)))


# ---------------------------------------------------------------- libraries and mistakes


def test_an_unsaved_library_counts_in_place_of_its_file(desk: Desk, tmp_path: Path) -> None:
    library = tmp_path / "filters.apx"
    saved = 'apx 1\nlibrary "Filters" version 1\ndefine level() = 1\n'
    library.write_text(saved)
    text = 'apx 1\nstrategy "s"\nuse "Filters" version 1\nlet x = level() * close\n'
    path = str(tmp_path / "s.apx")

    def value(overlays: dict[Path, str]) -> object:
        answer = desk.answer(Question("values", text, path, overlays, data=("AAPL",), last=1))
        return next(v["values"] for v in answer["values"] if v["name"] == "x"), {Path(f[0]).name for f in answer["files"]}

    (one,), files = value({})  # type: ignore[misc]
    assert "filters.apx" in files
    (two,), files = value({library: saved.replace("= 1\n", "= 2\n")})  # type: ignore[misc]
    assert two == 2 * one
    assert "filters.apx" not in files
    new = tmp_path / "never_saved.apx"
    library.unlink()
    assert value({new: saved})[0] == [one]  # type: ignore[index]


def test_a_program_with_mistakes_is_answered_with_its_diagnostics(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "broken.apx"
    path.write_text(LOTS.replace("sma(", "smma("))
    answer = plain(desk.answer(Question("backtest", path.read_text(), str(path), data=("AAPL",))))
    assert main(["check", str(path), "--json"]) == 1
    assert answer["said"] == "diagnostics"
    assert answer["diagnostics"] == json.loads(capsys.readouterr().out)
    assert [d["code"] for d in answer["diagnostics"]] == ["E0202"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ask": "nonsense", "text": ""}, "Nothing is known about `nonsense`"),
        ({"ask": "backtest", "text": LOTS, "options": {"out": "f.json"}}, "There is no option `out` here"),
        ({"ask": "backtest", "text": LOTS, "options": {"tick": "none"}}, "a number above zero is needed"),
        ({"ask": "backtest"}, "This is no question"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(given: dict[str, object], said: str, desk: Desk) -> None:
    with pytest.raises(UsageError, match=said):
        desk.answer(read_question(given))
