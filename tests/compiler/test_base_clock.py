"""The base clock of a run in place of the program's: what it compiles to, what is refused by it, and how that is said."""

from __future__ import annotations

import pytest

from compiler.base_clock import BaseClockError, read_every
from compiler.pipeline import check, compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Clocks"\n'
BODY = "let slow = sma(close, 3) on 4h\nplot close - slow\n"


def text(every: str, body: str = BODY) -> str:
    return f'{HEAD}trade "AAPL" every {every}\n{body}'


@pytest.mark.parametrize("every", ["15m", "1h", "4h", "120m"])
def test_the_program_is_the_one_whose_trade_line_says_that_length(every: str) -> None:
    asked, written = compile_text(text("30m"), load(), every=every), compile_text(text(every), load())
    assert asked.plan() == written.plan()
    assert asked.plan().hash == written.plan().hash != compile_text(text("30m"), load()).plan().hash
    assert (asked.every, asked.warmup, asked.cost) == (written.every, written.warmup, written.cost)


def test_a_program_without_a_trade_line_gets_its_base_clock_from_the_run() -> None:
    assert [d.code for d in check(HEAD + BODY, load()).diagnostics if d.severity == "error"] == ["E0408"]
    program = compile_text(HEAD + BODY, load(), every="1h")
    assert program.plan().hash == compile_text(text("1h"), load()).plan().hash
    assert program.symbols == ()
    assert program.clock_notes == ["This run takes bars of 1h."]


def test_the_hash_is_another_only_where_the_length_is() -> None:
    plain = compile_text(text("1h"), load())
    assert compile_text(text("1h"), load(), every="60m").hash == plain.hash
    assert compile_text(text("1h"), load(), every="60m").clock_notes == []
    other = compile_text(text("1h"), load(), every="2h")
    assert other.hash != plain.hash
    assert other.hash == compile_text(text("1h"), load(), every="120m").hash
    assert other.clock_notes == ["The program says bars of 1h; this run takes bars of 2h."]


@pytest.mark.parametrize(
    ("body", "every", "code"),
    [
        ("plot close on 4h\n", "1d", "E0409"),
        ("plot close on 4h\n", "45m", "E0409"),
        ("plot sum_inside(volume on 5m)\n", "7m", "E0431"),
        ('every day at "15:45"\n  exit position\n', "1d", "E0412"),
        ("settings\n  commission 0.1%\n  fills detail 15m\nplot close\n", "15m", "E0523"),
        ("settings\n  commission 0.1%\n  flat 30m before close\nplot close\n", "1h", "E0412"),
    ],
)
def test_what_the_length_refuses_points_at_the_line_that_was_not_taken(body: str, every: str, code: str) -> None:
    source = text("15m" if code != "E0523" else "1h", body)
    assert not [d for d in check(source, load()).diagnostics if d.severity == "error"]
    found = [d for d in check(source, load(), every=every).diagnostics if d.severity == "error"]
    assert [d.code for d in found] == [code]
    (label,) = found[0].labels
    assert source[: label.span.start].endswith("every ")
    assert label.text == f"the run asks for bars of {every}"
    assert found[0].fixes == ()  # would be wrong on the program's own bars


def test_a_mistake_with_any_base_clock_names_no_run() -> None:
    (found,) = [d for d in check(text("15m", "plot close on 2d\n"), load(), every="1h").diagnostics if d.severity == "error"]
    assert (found.code, found.labels) == ("E0409", ())


def test_a_library_has_no_bars_of_its_own() -> None:
    library = 'apx 1\nlibrary "Averages" version 1\ndefine mid(n = 3 bars) = sma(close, n)\n'
    assert check(library, load(), every="1h").diagnostics == check(library, load()).diagnostics


@pytest.mark.parametrize("wrong", ["7x", "0h", "", "h", "1.5h", "-1h", "2d", "2w", "24h", "1h 1m", "9999999m", "１h"])
def test_what_is_no_length_of_bars_is_refused_in_a_sentence(wrong: str) -> None:
    with pytest.raises(BaseClockError) as said:
        read_every(wrong)
    assert str(said.value).endswith(".")
    assert len(str(said.value)) > 20


@pytest.mark.parametrize(
    ("written", "meant"), [("2d", "1d"), ("3w", "1w"), ("24h", "1d"), ("1440m", "1d"), ("168h", "1w"), ("36h", "")]
)
def test_the_trade_line_takes_no_length_that_a_run_could_not_ask_for(written: str, meant: str) -> None:
    source = text(written, "plot close\n")
    (found,) = [d for d in check(source, load()).diagnostics if d.severity == "error"]
    assert found.code == "E0409"
    assert source[found.span.start : found.span.end] == written
    assert [fix.edits[0].text for fix in found.fixes] == ([meant] if meant else [])
    assert all(fix.safe == (written[-1] in "hm") for fix in found.fixes)  # two days are not one
    assert check(source, load(), every="1h").program is not None


@pytest.mark.parametrize("written", ["1m", "7m", "90m", "23h", "1d", "1w", "1mo", "3mo"])
def test_what_a_run_may_ask_for_the_trade_line_may_say(written: str) -> None:
    read_every(written)
    assert check(text(written, "plot close\n"), load()).program is not None
