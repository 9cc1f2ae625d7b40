"""The store keeps bars whole, finds them by symbol, and says what it has."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from runtime.candles import Candles
from runtime.data.problems import DataError
from runtime.data.resolve import open_data
from runtime.data.store import Store, default_store


def made(n: int, step: int = 900, symbol: str = "") -> Candles:
    time = 1_700_000_000 // step * step + step * np.arange(n)
    close = 100 + np.sin(np.arange(n))
    volume = np.where(np.arange(n) % 3 == 0, np.nan, 5.0)
    return Candles.from_arrays(time=time, open=close, high=close + 1, low=close - 1, close=close, volume=volume, symbol=symbol)


def test_what_is_written_is_read_bit_for_bit(tmp_path: Path) -> None:
    store, candles = Store(tmp_path / "deep" / "store"), made(50)
    stored = store.write(candles, "ETH/USDT", "15m")
    assert (stored.symbol, stored.every, stored.bars) == ("ETH/USDT", 900, 50)
    assert (stored.first, stored.last) == (int(candles.time[0]), int(candles.time[-1]))
    again = open_data("eth/usdt@store", store=store.folder)
    assert again.fingerprint() == candles.fingerprint()
    assert (again.symbol, again.timeframe, again.source) == ("ETH/USDT", 900, "ETH/USDT@store:15m")


def test_the_list_shows_each_series_once_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.list() == ()
    store.write(made(10, 3600), "MSFT", "1h")
    store.write(made(20, 900), "MSFT", "15m")
    store.write(made(30, 86_400), "AAPL", "1d")
    (tmp_path / "AAPL" / "stray.parquet").write_bytes(b"not ours")
    assert [(s.symbol, s.every, s.bars) for s in store.list()] == [("AAPL", 86_400, 30), ("MSFT", 900, 20), ("MSFT", 3600, 10)]


def test_a_bar_length_chooses_among_several(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(made(10, 3600), "MSFT", "1h")
    store.write(made(20, 900), "MSFT", "15m")
    with pytest.raises(DataError, match=r"every 15m and 1h.*MSFT@store:15m"):
        open_data("MSFT@store", store=tmp_path)
    assert len(open_data("MSFT@store:60m", store=tmp_path)) == 10
    with pytest.raises(DataError, match="not every 4h"):
        open_data("MSFT@store:4h", store=tmp_path)


def test_other_bars_are_not_overwritten_unless_asked(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(made(50), "X", "15m")
    assert store.write(made(50), "x", "15m").bars == 50  # the same bars: nothing to do
    with pytest.raises(DataError, match="already has 50 other bars of X"):
        store.write(made(20), "X", "15m")
    assert len(store.read("X")) == 50
    assert store.write(made(20), "x", "15m", replace=True).symbol == "X"
    assert len(store.read("X")) == 20
    assert len(store.list()) == 1


def test_a_wrong_bar_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="15m apart, not 1h"):
        Store(tmp_path).write(made(10), "X", "1h")
    with pytest.raises(DataError, match="'hourly' is not a bar length"):
        Store(tmp_path).write(made(10), "X", "hourly")


def test_a_single_bar_keeps_the_length_it_was_stored_with(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(made(1), "X", "15m")
    assert store.read("X").timeframe == 900


def test_an_unknown_symbol_is_answered_with_what_there_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(DataError, match=r"is empty.*apx data import"):
        store.read("MSFT")
    store.write(made(10), "MSFT", "15m")
    with pytest.raises(DataError, match=r"no MSTF\. Did you mean MSFT"):
        store.read("MSTF")


@pytest.mark.parametrize("symbol", ["../../etc/passwd", "..\\..\\x", "a/b/c", "CON.", "ÄÖ€", "x%2Fy"])
def test_a_symbol_never_leaves_the_folder(tmp_path: Path, symbol: str) -> None:
    store = Store(tmp_path / "store")
    store.write(made(3), symbol, "15m")
    assert store.read(symbol).symbol == symbol
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert [p.parent.parent for p in files] == [store.folder]


@pytest.mark.parametrize("symbol", ["", "  ", "..", ".", "a@b", "x" * 61, "a\nb"])
def test_what_is_no_symbol_is_refused(tmp_path: Path, symbol: str) -> None:
    with pytest.raises(DataError, match="is not a symbol"):
        Store(tmp_path).write(made(3), symbol, "15m")


def test_a_failed_write_leaves_the_old_bars_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.write(made(50), "X", "15m")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DataError, match="No space left"):
            store.write(made(20), "X", "15m", replace=True)
    assert len(store.read("X")) == 50
    assert [p.name for p in (tmp_path / "X").iterdir()] == ["15m.parquet"]


def test_the_folder_follows_the_environment(tmp_path: Path) -> None:
    assert default_store({"APX_HOME": str(tmp_path)}, Path("/home/x")) == tmp_path / "candles"
    assert default_store({}, Path("/home/x")) == Path("/home/x/.apextrade/candles")
