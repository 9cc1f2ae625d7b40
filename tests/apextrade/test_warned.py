"""What a run says of itself: notes, and what to know before trusting its figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main

FREE = "The commission is zero, so results look better than a real market allows."
PROGRAM = """apx 1
strategy "Told"
trade "HAND" every 1d
input unused = 3
let nothing = close
settings
  capital 1_000 USD
{commission}
when close > 10
  buy 10 shares
  notify "up at {{close}}"
"""
BARS = "time,open,high,low,close,volume\n" + "".join(
    f"2020-01-{day:02d},{o},{max(o, c)},{min(o, c)},{c},100\n"
    for day, (o, c) in enumerate([(9, 9), (9, 11), (12, 12), (12, 9), (9, 11)], 1)
)
SHORT = """apx 1
strategy "Ruin"
trade "HAND" every 1d
settings
  capital 100 USD
  commission 0%
when close > 10
  short 8 shares
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("bars.csv").write_text(BARS)
    for name, line in {"unset": "", "free": "  commission 0%", "costly": "  commission 0.1%"}.items():
        Path(f"{name}.apx").write_text(PROGRAM.format(commission=line))


def found(capsys: pytest.CaptureFixture[str], *argv: str) -> dict:
    assert main(["backtest", *argv, "--data", "bars.csv", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def costs(warnings: list[str]) -> list[str]:
    return [w for w in warnings if "ommission" in w]


def test_notes_are_in_the_result_the_json_the_summary_and_the_report(capsys: pytest.CaptureFixture[str]) -> None:
    result = apx.backtest("costly.apx", apx.Candles.from_csv("bars.csv"))
    assert len(result.notes) >= 2
    assert result.notes[0] == ("2020-01-02T00:00:00Z", "up at 11")
    assert found(capsys, "costly.apx")["notes"] == [{"time": time, "text": text} for time, text in result.notes]
    assert f"{len(result.notes)} notes, last: {result.notes[-1][1]}" in result.summary().splitlines()
    page = result.report("r.html").read_text()
    assert page.count("<td>up at") == len(result.notes)
    assert "<td>2020-01-02 00:00:00</td><td>up at 11</td>" in page


def test_a_run_without_notes_says_nothing_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("quiet.apx").write_text(SHORT)
    result = apx.backtest("quiet.apx", apx.Candles.from_csv("bars.csv"))
    assert result.notes == []
    assert "last:" not in result.summary()
    assert 'class="told"' not in result.report("r.html").read_text()


def test_the_report_has_the_first_and_the_last_of_many_notes() -> None:
    days = [f"{2000 + n // 336}-{n % 336 // 28 + 1:02d}-{n % 28 + 1:02d}" for n in range(500)]
    Path("many.csv").write_text(
        "time,open,high,low,close,volume\n" + "".join(f"{d},{n},{n},{n},{n},1\n" for n, d in enumerate(days, 11))
    )
    Path("many.apx").write_text('apx 1\nstrategy "Many"\nwhen close > 0\n  notify "at {close}"\n')
    result = apx.backtest("many.apx", apx.Candles.from_csv("many.csv"))
    assert len(result.notes) == 500
    page = result.report("r.html").read_text()
    assert page.count("<td>at ") == 400
    assert "100 notes not shown" in page
    assert "<td>at 210</td>" in page
    assert "<td>at 211</td>" not in page
    assert "<td>at 310</td>" not in page
    assert "<td>at 311</td>" in page
    assert "500 notes, last: at 510" in result.summary()


@pytest.mark.parametrize("program", ["unset", "free", "costly"])
def test_a_given_commission_decides_what_is_said_of_it(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert costs(found(capsys, f"{program}.apx", "--commission", "0.1%")["warnings"]) == []
    assert costs(found(capsys, f"{program}.apx", "--commission", "1 USD per order")["warnings"]) == []
    assert costs(found(capsys, f"{program}.apx", "--commission", "0")["warnings"]) == [FREE]
    assert main(["backtest", f"{program}.apx", "--data", "bars.csv", "--commission", "0%"]) == 0
    assert capsys.readouterr().out.count("commission is zero") == 1


def test_the_programs_own_commission_is_spoken_of_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert costs(found(capsys, "free.apx")["warnings"]) == [f"W0501: {FREE}"]
    assert costs(found(capsys, "unset.apx")["warnings"]) == ["W0502: No commission is set, so trades cost nothing."]
    assert costs(found(capsys, "costly.apx")["warnings"]) == []


def test_remarks_on_the_text_are_left_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert not [w for w in found(capsys, "costly.apx")["warnings"] if w.startswith("W0")]
    main(["check", "costly.apx"])
    said = capsys.readouterr().out
    assert "W0201" in said
    assert "W0202" in said


def test_ruin_is_the_first_warning(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ruin.apx").write_text(SHORT)
    rows = [
        "2020-01-01,9,9,9,9,1",
        "2020-01-02,9,11,9,11,1",
        "2020-01-03,11,12,11,12,1",
        "2020-01-04,12,40,12,40,1",
        "2020-01-05,40,40,5,5,1",
    ]
    Path("bars.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    run = found(capsys, "ruin.apx")
    # 8 sold at 11; at a close of 40 the loss is 232 of 100.
    sentence = "On 2020-01-04 equity fell to or below zero; no margin call is simulated, so what follows is not to be trusted. "
    sentence += (
        "`maintenance 25%` in the settings closes positions by force, as a broker does; `maintenance 0%` when nothing is left."
    )
    assert run["warnings"][0] == sentence
    assert main(["backtest", "ruin.apx", "--data", "bars.csv"]) == 0
    assert "On 2020-01-04 equity fell" in capsys.readouterr().out
    Path("bars.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(rows[:3]) + "\n")
    assert not [w for w in found(capsys, "ruin.apx")["warnings"] if "margin call" in w]


@pytest.mark.parametrize(("setting", "value"), [("commission", "100%"), ("commission", "250%"), ("slippage", "100%")])
def test_a_share_of_everything_is_refused(setting: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "costly.apx", "--data", "bars.csv", f"--{setting}", value]) == 2
    assert f"`{setting}` of {value} would cost the whole value" in capsys.readouterr().err
    with pytest.raises(apx.InputError, match="would cost the whole value"):
        apx.backtest("costly.apx", apx.Candles.from_csv("bars.csv"), **{setting: value})


def test_a_percent_given_as_a_number_is_told_what_it_would_be() -> None:
    with pytest.raises(apx.InputError, match=r"0\.001 is 0\.1 %"):
        apx.backtest("costly.apx", apx.Candles.from_csv("bars.csv"), commission=1)
    assert apx.backtest("costly.apx", apx.Candles.from_csv("bars.csv"), slippage=2).run.account.slippage_ticks == 2.0


def test_nothing_needs_no_unit(capsys: pytest.CaptureFixture[str]) -> None:
    settings = found(capsys, "costly.apx", "--commission", "0", "--slippage", "0")["settings"]
    names = ("commission_share", "commission_per_unit", "commission_per_order", "slippage_ticks", "slippage_share")
    assert [settings[name] for name in names] == [0.0] * 5


@pytest.mark.parametrize("value", ["foo", "0.1% of everything", "("])
def test_a_commission_that_is_none_gets_its_own_sentence(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "costly.apx", "--data", "bars.csv", "--commission", value]) == 2
    said = f"--commission takes an amount such as 0.1%, `1 USD per order` or `0.005 USD per unit`; `{value}` is none."
    assert capsys.readouterr().err == f"error: {said}\n"
    with pytest.raises(apx.InputError, match=r"^commission takes an amount"):
        apx.backtest("costly.apx", apx.Candles.from_csv("bars.csv"), commission=value)


def test_the_tick_that_was_taken_is_a_plain_number(capsys: pytest.CaptureFixture[str]) -> None:
    said = [w for w in found(capsys, "costly.apx")["warnings"] if "tick" in w]
    assert len(said) == 1
    assert said[0].startswith("The tick size is not given; 1, taken from the prices, ")
    assert said[0].endswith("give --tick if the instrument's is another.")
    assert not [w for w in found(capsys, "costly.apx", "--tick", "0.5")["warnings"] if "tick size" in w]
