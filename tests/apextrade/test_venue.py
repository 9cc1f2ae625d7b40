"""Venue profiles: what they set, what goes before them, what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main
from apextrade.venue import FOLDER, open_venue
from compiler.inputs import InputError

ROWS = [f"2024-01-{day:02},{100 + day},{103 + day},{98 + day},{101 + day},1000" for day in range(1, 29)]
BUY = 'apx 1\nstrategy "V"\ntrade "BTCUSDT" every 1d\n{}when close > open\n  buy 50% of equity\n'
SHORT = 'apx 1\nstrategy "V"\ntrade "BTCUSDT" every 1d\n{}when close > open\n  short 50% of equity\n'
OWN = (
    'title = "Mine"\nas_of = "2026-01-15"\nshorts = true\n[settings]\ncommission = "1 USDT per order"\nmargin = "50%"\nmaintenance = "20%"\n'
    'borrow = "3% per year"\n[instruments.BTCUSDT]\ntick = 0.5\nlot = 0.25\nmin_notional = 30\n'
)


@pytest.fixture
def bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("bars.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(ROWS) + "\n")
    return tmp_path


def traded(capsys: pytest.CaptureFixture[str], text: str, *flags: str) -> dict[str, object]:
    Path("p.apx").write_text(text)
    data = () if "--data" in flags else ("--data", "bars.csv")
    assert main(["backtest", "p.apx", *data, "--json", *flags]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.toml")))
def test_every_profile_reads_names_its_sources_and_a_day(name: str) -> None:
    venue = open_venue(name)
    assert venue.as_of[:2] == "20"
    assert set(venue.sources) == set(venue.settings)
    program = apx.compile(BUY.format("")).compiled
    account = venue.account(program, program.plan().account, {}, 0.01)
    assert account.commission_share == 0 or account.commission_share < 0.01
    assert (account.direction == "long") == (not venue.shorts)


@pytest.mark.usefixtures("bars")
def test_costs_come_from_the_profile_and_the_result_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    found = traded(capsys, BUY.format(""), "--venue", "kraken")
    assert found["settings"]["commission_share"] == 0.004  # type: ignore[index]
    assert found["stats"]["commission"] > 0  # type: ignore[index]
    said = [str(w) for w in found["warnings"]]  # type: ignore[attr-defined]
    assert any("Kraken" in w and "commission 0.4%" in w and "fee-schedule" in w for w in said)
    assert not any("No commission" in w for w in said)


@pytest.mark.usefixtures("bars")
def test_the_program_and_then_the_run_go_before_the_profile(capsys: pytest.CaptureFixture[str]) -> None:
    own = "settings\n  commission 0.1%\n"
    assert traded(capsys, BUY.format(own), "--venue", "kraken")["settings"]["commission_share"] == 0.001  # type: ignore[index]
    flags = ("--venue", "kraken", "--commission", "0.2%")
    assert traded(capsys, BUY.format(own), *flags)["settings"]["commission_share"] == 0.002  # type: ignore[index]


@pytest.mark.usefixtures("bars")
def test_a_makers_rate_comes_from_the_profile_unless_a_commission_of_ones_own_does_not_say_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def rates(*flags: str, own: str = "") -> tuple[float, float, float]:
        found = traded(
            capsys, BUY.format(own).replace("buy 50% of equity", "buy 1 unit at limit close - 1"), "--venue", "kraken", *flags
        )
        maker = found["settings"].get("terms", {}).get("maker", -1.0)  # type: ignore[attr-defined]
        return found["settings"]["commission_share"], maker, round(found["stats"]["commission"] / 101, 9)  # type: ignore[index]

    assert rates() == (0.004, 0.0025, 0.0025)  # one unit at 101: the close of the first day less 1, inside the second
    assert rates(own="settings\n  commission 0.1%\n") == (0.001, -1.0, 0.001)
    assert rates(own="settings\n  commission 0.1%\n  maker 0.05%\n") == (0.001, 0.0005, 0.0005)
    assert rates(own="settings\n  maker 0.05%\n") == (0.004, 0.0005, 0.0005)
    assert rates("--commission", "0.2%") == (0.002, -1.0, 0.002)
    assert rates("--commission", "0.2%", own="settings\n  commission 0.1%\n  maker 0.05%\n") == (0.002, -1.0, 0.002)


@pytest.mark.usefixtures("bars")
def test_a_venue_without_shorts_takes_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert traded(capsys, SHORT.format(""), "--venue", "binance")["trades"] == []
    assert traded(capsys, SHORT.format(""), "--venue", "binance-perpetual")["trades"] != []


@pytest.mark.usefixtures("bars")
def test_a_file_of_ones_own_sets_terms_and_facts(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.toml").write_text(OWN)
    settings = traded(capsys, SHORT.format(""), "--venue", "own.toml")["settings"]
    assert settings["commission_per_order"] == 1.0  # type: ignore[index]
    assert settings["margin"] == 0.5  # type: ignore[index]
    assert settings["terms"]["maintenance"] == 0.2  # type: ignore[index]
    assert settings["terms"]["borrow"] == 0.03  # type: ignore[index]
    assert [settings[name] for name in ("tick", "lot", "min_notional")] == [0.5, 0.25, 30.0]  # type: ignore[index]
    assert traded(capsys, SHORT.format(""), "--venue", "own.toml", "--lot", "1")["settings"]["lot"] == 1.0  # type: ignore[index]


@pytest.mark.usefixtures("bars")
def test_several_instruments_have_their_own_facts(capsys: pytest.CaptureFixture[str]) -> None:
    Path("own.toml").write_text(OWN)
    found = traded(capsys, BUY.format(""), "--data", "BTCUSDT=bars.csv", "--data", "ETHUSDT=bars.csv", "--venue", "own.toml")
    facts = found["settings"]["instruments"]  # type: ignore[index]
    assert facts["BTCUSDT"]["lot"] == 0.25
    assert facts["BTCUSDT"]["min_notional"] == 30.0
    assert facts["ETHUSDT"]["lot"] == 0.0
    assert found["settings"]["margin"] == 0.5  # type: ignore[index]


@pytest.mark.usefixtures("bars")
def test_what_a_profile_does_not_know_is_said() -> None:
    result = apx.backtest(SHORT.format(""), apx.Candles.from_csv("bars.csv", symbol="BTCUSDT"), venue="alpaca")
    assert any("does not know `borrow` and `interest`" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "says no commission"),
        ('shorts = true\n[settings]\ncommission = "0.1%"\nfee = "1%"\n', "`fee`"),
        ('[settings]\ncommission = "0.1%"\n', "whether it allows shorts"),
        ('shorts = true\nfees = 1\n[settings]\ncommission = "0.1%"\n', "`fees`"),
        ("shorts = true\n[settings]\ncommission = 0.1\n", "text of one line"),
        ('shorts = true\n[settings]\ncommission = "a lot"\n', "The venue own"),
        ('shorts = true\n[settings]\ncommission = "0.1%"\nmaintenance = "150%"\n', "The venue own"),
        ('shorts = true\n[settings]\ncommission = "0.1%"\n[facts]\nlot = -1\n', "above zero"),
        ('shorts = true\n[settings]\ncommission = "0.1%"\n[facts]\nstep = 1\n', "the facts are"),
        ("shorts = ", "cannot be read"),
    ],
)
def test_a_profile_that_says_what_none_can_is_refused(bars: Path, text: str, said: str) -> None:
    (bars / "own.toml").write_text(text)
    program = apx.compile(BUY.format("")).compiled
    with pytest.raises(InputError, match=said.replace("`", ".")):
        open_venue(bars / "own.toml").account(program, program.plan().account, {}, 0.01)


def test_an_unknown_venue_names_those_that_are_there(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bars / "p.apx").write_text(BUY.format(""))
    assert main(["backtest", "p.apx", "--data", "bars.csv", "--venue", "krakn"]) == 2
    assert "alpaca, binance" in capsys.readouterr().err


def test_a_margin_of_the_program_below_the_maintenance_of_the_venue_is_refused() -> None:
    program = apx.compile(BUY.format("settings\n  margin 10%\n")).compiled
    with pytest.raises(InputError, match="do not go together"):
        open_venue("alpaca").account(program, program.plan().account, {}, 0.01)


def test_a_run_says_how_many_positions_were_closed_by_force(bars: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        "2024-01-01,90,101,90,100,1",
        "2024-01-02,100,100,100,100,1",
        "2024-01-03,100,140,100,110,1",
        "2024-01-04,110,110,100,101,1",
    ]
    (bars / "bars.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(rows) + "\n")
    text = 'apx 1\nstrategy "V"\ntrade "BTCUSDT" every 1d\nsettings\n  commission 0.1%\n  margin 50%\n  maintenance 25%\nwhen close > open and open < 95\n  short 150% of equity\n'
    for flags in ((), ("--data", "BTCUSDT=bars.csv", "--data", "ETHUSDT=bars.csv")):
        found = traded(capsys, text, *flags)
        said = [str(w) for w in found["warnings"] if "closed by force" in str(w)]  # type: ignore[attr-defined]
        assert len(said) == 1
        assert "first on 2024-01-03: equity had fallen to 25% of the value held" in said[0]
        assert found["stats"]["liquidations"] >= 1  # type: ignore[index]
        assert "liquidation" in {trade["exit_reason"] for trade in found["trades"]}  # type: ignore[attr-defined]
