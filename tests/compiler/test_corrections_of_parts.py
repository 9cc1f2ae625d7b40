"""Corrections where a part is named: the output of a past bar, the output that fills a text, and what `exit` takes."""

from __future__ import annotations

import pytest

from compiler.diagnostics import Diagnostic, Fix
from compiler.pipeline import check
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Parts"\ntrade "TEST" every 1d\nsettings\n  commission 0.1%\nlet m = macd(close)\n'
ENTRY = "when close < open\n  buy 10 shares\nwhen close < open[1]\n  short 10 shares\n"


def errors(text: str) -> list[Diagnostic]:
    return [d for d in check(text, load()).diagnostics if d.severity == "error"]


def mended(text: str, fix: Fix) -> str:
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("m[1].line", "m.line[1]"),
        ("m [ 1 ] . signal", "m.signal [ 1 ]"),
        ("(m[2]).line", "(m.line[2])"),
        ("macd(close)[1].signal", "macd(close).signal[1]"),
        ("m[1].lin", "m.line[1]"),
    ],
)
def test_an_output_comes_before_its_past(written: str, meant: str) -> None:
    text = f"{HEAD}plot {written}\n"
    (found,) = errors(text)
    assert found.code == "E0308"
    (fix,) = found.fixes
    assert mended(text, fix) == f"{HEAD}plot {meant}\n"
    assert errors(mended(text, fix)) == []


def test_the_past_of_a_whole_record_is_mended_by_any_output() -> None:
    text = f"{HEAD}plot m[1]\n"
    (found,) = errors(text)
    assert len(found.fixes) == 3
    assert [errors(mended(text, fix)) for fix in found.fixes] == [[], [], []]


@pytest.mark.parametrize("written", ["{m}", "at {close}: { m }", "{symbol} {m} {m.line}"])
def test_a_text_is_filled_with_one_output(written: str) -> None:
    text = f'{HEAD}alert when close > open "{written}"\n'
    (found,) = errors(text)
    assert found.code == "E0218"
    assert found.hint == "Write `{m.line}` or `{m.signal}`."
    assert len(found.fixes) == 3
    assert [errors(mended(text, fix)) for fix in found.fixes] == [[], [], []]
    assert "m.line" in mended(text, found.fixes[0]).replace('{m.line}"', "m.line", 1)


def test_what_is_never_known_fills_no_text() -> None:
    (found,) = errors(f'{HEAD}let u = unknown\nalert when close > open "{{u}}"\n')
    assert (found.code, found.message) == ("E0218", "`u` is never known, so there is nothing to fill in.")


@pytest.mark.parametrize(
    ("amount", "meant"),
    [
        ("10 shares", ["sell 10 shares", "cover 10 shares"]),
        ("500 USD", ["sell 500 USD", "cover 500 USD"]),
        ("10 shares at limit 5", ["sell 10 shares at limit 5", "cover 10 shares at limit 5"]),
        ("50%", ["exit 50% of position"]),
        ("10", []),
        ("close * 2", []),
    ],
)
def test_exit_says_what_it_takes(amount: str, meant: list[str]) -> None:
    text = f"{HEAD}{ENTRY}when close > open\n  exit {amount}\n"
    (found,) = errors(text)
    assert "`exit` takes `position`, a share such as `50% of position`, or a tag in quotes" in found.message
    assert found.hint
    assert [mended(text, fix) for fix in found.fixes] == [text.replace(f"exit {amount}", one) for one in meant]
    for fix in found.fixes:
        assert errors(mended(text, fix)) == []
