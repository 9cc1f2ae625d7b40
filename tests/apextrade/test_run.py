"""`apx run`: columns as a table, CSV or Parquet."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import apextrade as apx
from apextrade.cli import main
from runtime.data.samples import read_sample

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "golden_cross.apx")
SHORT = ["--data", "AAPL", "--from", "2003-01-01", "--to", "2004-12-31", "--set", "fast=5", "--set", "slow=20 bars"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))


def written(tmp_path: Path, name: str, *argv: str) -> bytes:
    path = tmp_path / name
    assert main(["run", EXAMPLE, *SHORT, "--out", str(path), *argv]) == 0
    return path.read_bytes()


def test_kernel_interpreter_and_any_chunk_write_the_same_bytes(tmp_path: Path) -> None:
    kernel = written(tmp_path, "kernel.csv")
    assert kernel == written(tmp_path, "interpreter.csv", "--engine", "interpreter")
    for chunk in ("1", "7", "100000"):
        assert kernel == written(tmp_path, "chunk.csv", "--chunk", chunk)


def test_csv_holds_the_very_numbers_and_empty_cells_for_unknown(tmp_path: Path) -> None:
    rows = list(csv.DictReader(written(tmp_path, "columns.csv").decode().splitlines()))
    candles = apx.Candles.from_raw(read_sample("AAPL")).between("2003-01-01", "2004-12-31")
    signals = apx.compile(EXAMPLE).run(candles, fast=5, slow=20)
    assert list(rows[0]) == ["time", *signals]
    assert len(rows) == len(candles)
    assert (rows[0]["time"], rows[0]["quick"], rows[0]["rule_1"]) == ("2003-01-02T00:00:00Z", "", "")
    read = np.array([float(row["quick"]) if row["quick"] else math.nan for row in rows])
    assert read.tobytes() == signals["quick"].tobytes()
    said = [{"true": 1.0, "false": 0.0, "": math.nan}[row["rule_1"]] for row in rows]
    assert np.array(said).tobytes() == signals["rule_1"].tobytes()


def test_parquet_holds_the_same_columns(tmp_path: Path) -> None:
    written(tmp_path, "columns.parquet")
    table = pq.read_table(tmp_path / "columns.parquet")
    assert [str(f.type) for f in table.schema][:4] == ["timestamp[us, tz=UTC]", "double", "double", "bool"]
    assert table["quick"].null_count == 4
    assert table["rule_1"].null_count > 4
    text = written(tmp_path, "columns.csv").decode().splitlines()
    assert table.num_rows == len(text) - 1


def test_without_out_the_last_rows_are_shown_and_with_a_dash_all_go_to_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", EXAMPLE, *SHORT]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 22
    assert lines[20].startswith("2004-12-31")
    assert "--out" in lines[21]
    assert main(["run", EXAMPLE, *SHORT, "--out", "-"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 505


def test_without_data_the_symbol_of_the_program_is_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", EXAMPLE, *SHORT[2:], "--out", "-"]) == 0
    assert main(["run", EXAMPLE, *SHORT, "--out", "-"]) == 0
    out = capsys.readouterr().out
    assert out[: len(out) // 2] == out[len(out) // 2 :]
    path = tmp_path / "other.apx"
    path.write_text(Path(EXAMPLE).read_text().replace("AAPL", "NOPE"))
    assert main(["run", str(path)]) == 2
    assert "NOPE" in capsys.readouterr().err


def test_stored_bars_come_before_a_sample_of_the_same_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = tmp_path / "bars.csv"
    bars.write_text("time,open,high,low,close,volume\n" + "".join(f"2020-01-{d:02},1,2,1,{d},9\n" for d in range(1, 30)))
    assert main(["data", "import", str(bars), "--symbol", "AAPL"]) == 0
    assert main(["run", EXAMPLE, "--set", "fast=2", "--set", "slow=3", "--out", "-"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("2020-01-29")


def test_repairs_of_the_data_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = tmp_path / "bars.csv"
    bars.write_text("time,open,high,low,close,volume\n2020-01-01,1,2,1,1,9\n2020-01-02,0,2,1,1,9\n2020-01-03,1,2,1,1,9\n")
    assert main(["run", EXAMPLE, "--data", str(bars)]) == 0
    assert "zero or less" in capsys.readouterr().err


def test_bars_of_other_instruments_are_cut_to_the_same_span(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bars outside --from and --to are not seen, whoever's they are: what is read of another instrument starts cold too."""
    program = tmp_path / "beside.apx"
    program.write_text(
        'apx 1\nstrategy "Beside"\ntrade "AAPL" every 1d\nlet other = sma(close, 20) from "MSFT"\n', encoding="utf-8"
    )
    out = tmp_path / "columns.csv"
    assert main(["run", str(program), "--from", "2010-01-01", "--out", str(out)]) == 0
    capsys.readouterr()
    rows = [line.split(",") for line in out.read_text(encoding="utf-8").splitlines()[1:]]
    assert [row[1] == "" for row in rows[:21]] == [True] * 19 + [False] * 2


def test_the_calendar_that_nobody_named_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weekly = tmp_path / "weekly.apx"
    weekly.write_text('apx 1\nstrategy "Weekly"\ntrade "AAPL" every 1d\nplot sma(close, 3) on 1w\n', encoding="utf-8")
    bars = ["run", str(weekly), *SHORT[:6], "--out", "-"]
    assert main(bars) == 0
    assert "follow the calendar XNYS, usual for AAPL" in capsys.readouterr().err
    assert main([*bars, "--calendar", "XNYS"]) == 0
    assert "usual for" not in capsys.readouterr().err
