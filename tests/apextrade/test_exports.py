"""Files of trades, equity, orders and fills: exact in every format, and no text that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apextrade as apx
from apextrade.cli import main
from apextrade.failures import UsageError
from apextrade.tables import NO_TIME, ROWS_AT_ONCE, TableColumn, neutral, write_table
from runtime.data.samples import read_sample

GOLDEN = str(Path(__file__).parents[2] / "examples" / "golden_cross.apx")
EVIL = (
    '=HYPERLINK("x")',
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "＋1",
    "－1",
    "＠a",
    "fine",
    "",
    'a "b", c',
    "línea\nzwei",
)
STARTS = tuple("=+-@\t\r\n＝＋－＠")


def evil_table() -> list[TableColumn]:
    n = len(EVIL)
    return [
        TableColumn("=cmd", "text", list(EVIL)),
        TableColumn("n", "number", np.array([*np.linspace(-1.5, 2, n - 2), math.nan, -0.1])),
        TableColumn("w", "whole", -np.arange(n)),
        TableColumn("r", "row", np.array([1.0, math.nan] * n)[:n]),
        TableColumn("t", "truth", np.array([1.0, 0.0, math.nan] * n)[:n]),
        TableColumn("when", "time", np.array([0, NO_TIME, 1_500_000] * n)[:n]),
    ]


def test_no_text_of_a_csv_begins_a_formula_and_numbers_stay_numbers(tmp_path: Path) -> None:
    write_table(tmp_path / "t.csv", evil_table())
    with (tmp_path / "t.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file))
    assert head[0] == "'=cmd"
    for text, row in zip(EVIL, rows, strict=True):
        assert not row[0].startswith(STARTS)
        assert row[0] in (text, f"'{text}")
    assert [float(row[1]) if row[1] else None for row in rows] == [v if v == v else None for v in evil_table()[1].values.tolist()]
    assert [int(row[2]) for row in rows] == evil_table()[2].values.tolist()
    assert rows[0][3:] == ["1", "true", "1970-01-01T00:00:00.000000Z"]
    assert rows[1][3:] == ["", "false", ""]


@given(st.text())
def test_a_harmless_text_is_left_alone_and_a_formula_only_gets_an_apostrophe(text: str) -> None:
    assert neutral(text) in (text, f"'{text}")
    assert (neutral(text) != text) == text.startswith(STARTS)
    assert not neutral(text).startswith(STARTS)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.text())
def test_json_and_csv_read_back_to_the_last_bit(values: list[float], text: str) -> None:
    columns = [TableColumn("x", "number", np.array(values)), TableColumn("s", "text", [text] * len(values))]
    from apextrade.tables import csv_blocks, json_blocks

    found = json.loads("".join(part for part, _ in json_blocks(columns)))
    assert [row["x"].hex() if isinstance(row["x"], float) else float(row["x"]).hex() for row in found] == [
        v.hex() for v in values
    ]
    assert all(row["s"] == text for row in found)
    lines = "".join(part for part, _ in csv_blocks(columns[:1])).splitlines()
    assert [float(line).hex() for line in lines[1:]] == [v.hex() for v in values]


def test_json_has_a_row_an_object_null_for_unknown_and_texts_as_they_are(tmp_path: Path) -> None:
    write_table(tmp_path / "t.json", evil_table())
    rows = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert [row["=cmd"] for row in rows] == list(EVIL)
    assert rows[1] | {"n": 0} == {"=cmd": "+1+1", "n": 0, "w": -1, "r": None, "t": False, "when": None}
    assert rows[0]["r"] == 1
    assert rows[2]["t"] is None
    assert rows[-2]["n"] is None
    write_table(tmp_path / "none.json", [TableColumn("x", "number", np.empty(0))])
    assert json.loads((tmp_path / "none.json").read_text()) == []


def test_json_of_many_rows_is_one_list(tmp_path: Path) -> None:
    n = 2 * ROWS_AT_ONCE + 5
    write_table(tmp_path / "t.json", [TableColumn("i", "whole", np.arange(n))])
    assert [row["i"] for row in json.loads((tmp_path / "t.json").read_text())] == list(range(n))


def test_parquet_is_typed(tmp_path: Path) -> None:
    write_table(tmp_path / "t.parquet", evil_table())
    table = pq.read_table(tmp_path / "t.parquet")
    assert [str(field.type) for field in table.schema] == ["string", "double", "int64", "int64", "bool", "timestamp[us, tz=UTC]"]
    assert table.column("=cmd").to_pylist() == list(EVIL)
    assert table.column("r").to_pylist()[:2] == [1, None]
    assert table.column("when").null_count == len(EVIL) // 3


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_the_command_writes_every_table_in_every_format(suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("trades", "equity", "orders", "executions")
    paths = {name: tmp_path / f"{name}.{suffix}" for name in names}
    assert (
        main(["backtest", GOLDEN, "--data", "AAPL", *(part for name in names for part in (f"--{name}", str(paths[name])))]) == 0
    )
    capsys.readouterr()
    read = {"csv": pd.read_csv, "parquet": pd.read_parquet, "json": pd.read_json}[suffix]
    tables = {name: read(path) for name, path in paths.items()}  # type: ignore[operator]
    result = apx.backtest(GOLDEN, apx.Candles.from_raw(read_sample("AAPL")))
    assert tables["trades"]["profit"].tolist() == result.trades["profit"].tolist()
    assert tables["equity"]["equity"].tolist() == result.equity["equity"].tolist()
    assert len(tables["orders"]) == len(result.orders)
    fills = list(result.run.fill_records())
    assert tables["executions"]["price"].tolist() == [fill["price"] for fill in fills]
    assert tables["executions"]["symbol"].tolist() == ["AAPL"] * len(fills)


def test_a_saved_result_holds_everything_and_reads_back_exactly(tmp_path: Path) -> None:
    result = apx.backtest(GOLDEN, apx.Candles.from_raw(read_sample("AAPL")))
    found = json.loads(result.save(tmp_path / "r.json").read_text())
    assert found["equity"]["equity"] == result.run.equity_values.tolist()
    assert found["equity"]["cash"] == result.run.cash_values.tolist()
    assert found["fills"] == list(result.run.fill_records())
    assert found["trades"] == list(result.run.trade_rows())
    assert len(found["orders"]) == len(result.orders)
    assert found["hash"] == result.program.hash


def test_other_files_are_refused_before_any_work(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for argv in (["--out", "r.csv"], ["--out", str(tmp_path / "no" / "r.json")], ["--executions", "f.xls"]):
        assert main(["backtest", GOLDEN, "--data", "AAPL", *argv]) == 2
    said = capsys.readouterr().err
    assert "ends in .json" in said
    assert "There is no folder" in said
    assert ".csv, .parquet or .json" in said
    with pytest.raises(UsageError):
        write_table(tmp_path / "x.txt", [])
