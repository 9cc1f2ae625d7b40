"""What a program may do with the libraries it uses: every call means what the same text means when the program holds it itself."""

from __future__ import annotations

import pytest

from apextrade.render import as_text
from apextrade.signals import computed
from compiler.libraries.port import LibraryText, Shelf
from compiler.pipeline import Checked, check
from compiler.program import Program
from runtime.candles import Candles
from runtime.data.samples import read_sample
from runtime.interpreter.program import interpret
from stdlib.library import load

HEAD = 'apx 1\nstrategy "T"\ntrade "AAPL" every 1d\n'
BANDS = """apx 1
library "Bands" version 1
let reach = 2
let length = 20 bars
let lively = true
define _middle(x, n) = sma(x, n)
define band(x = close, n = length, wide = reach)
  let middle = _middle(x, n)
  remember best = max(best or_else middle, middle) initially unknown
  give top = middle + wide * stdev(x, n), best = best, calm = stdev(x, n) < 2% * middle
define beyond(x = close, n = length) = x > band(x, n).top
"""
WAVES = """apx 1
library "Waves" version 3
use "Bands" version 1 as b
let slow = 2 * b.length
define wave(n = slow) = ema(b.band(n = n).top, n) - b.reach * atr(14)
"""
SHELF = Shelf((LibraryText(BANDS, "bands.apx"), LibraryText(WAVES, "waves.apx")))


def checked(body: str, shelf: Shelf = SHELF) -> Checked:
    return check(HEAD + body + "\n", load(), "program.apx", shelf)


def program(body: str, shelf: Shelf = SHELF) -> Program:
    result = checked(body, shelf)
    assert [d for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program


@pytest.fixture(scope="module")
def candles() -> Candles:
    return Candles.from_raw(read_sample("AAPL"))


def own(text: str) -> str:
    """A library's text as lines of a program, its constants written where they are read."""
    lines = [line for line in text.splitlines() if line.split(" ")[0] not in ("apx", "library", "use", "let")]
    body = "\n".join(lines)
    for name, value in (("reach", "2"), ("length", "20 bars"), ("slow", "(2 * 20 bars)")):
        body = body.replace(f"b.{name}", value).replace(f"= {name}", f"= {value}").replace(f"* {name}", f"* {value}")
    return body.replace("b.band", "band") + "\n"


@pytest.mark.parametrize(
    ("by_library", "by_itself"),
    [
        ('use "Bands" version 1\nplot beyond(), band().best, band(hl2, 10, 3).top, band().calm', "plot beyond(), band().best, band(hl2, 10, 3).top, band().calm"),
        ('use "Bands" version 1 as t\nplot t.beyond(), t.band().best, t.band(hl2, 10, t.reach).top', "plot beyond(), band().best, band(hl2, 10, 2).top"),
        ('use "Bands" version 1 as t\nlet m = t.band(close, 5)\nplot m.top, m.best[3]', "let m = band(close, 5)\nplot m.top, m.best[3]"),
        ('use "Bands" version 1\nplot sma(close, length), close * reach, sma(length), close[length], beyond(length)', "plot sma(close, 20 bars), close * 2, sma(20 bars), close[20 bars], beyond(20 bars)"),
        ('use "Bands" version 1 as t\ndefine mine(x, n = t.length) = t.band(x, n).top - x\nplot mine(low), mine(low, 7)', "define mine(x, n = 20 bars) = band(x, n).top - x\nplot mine(low), mine(low, 7)"),
        ('use "Bands" version 1\ninput n = length in 5 .. 50\nplot sma(close, n)', "input n = 20 bars in 5 .. 50\nplot sma(close, n)"),
        ('use "Waves" version 3 as w\nplot w.wave(), w.wave(9)', own(WAVES) + "plot wave(), wave(9)"),
        ('use "Waves" version 3 as w\nuse "Bands" version 1\nplot w.wave(length)', own(WAVES) + "plot wave(20)"),
    ],
)  # fmt: skip
def test_a_program_with_a_library_computes_what_it_computes_with_the_text_inside(
    by_library: str, by_itself: str, candles: Candles
) -> None:
    one, other = program(by_library), program(own(BANDS) + by_itself, Shelf(()))
    given, wanted = computed(one, candles, {}), computed(other, candles, {})
    for name in (n for n in wanted if n.startswith("plot_")):
        assert given[name].tobytes() == wanted[name].tobytes(), name
        assert (given[name] == given[name]).any(), name


def test_the_reference_interpreter_agrees_on_a_program_with_libraries(candles: Candles) -> None:
    short = Candles.from_arrays(
        **{name: getattr(candles, name)[:200] for name in ("time", "open", "high", "low", "close", "volume")}
    )
    built = program('use "Waves" version 3 as w\nuse "Bands" version 1\nplot w.wave(9), beyond(), band().best')
    kernel, slow = computed(built, short, {}), interpret(built, short)
    for name in ("plot_1", "plot_2", "plot_3"):
        assert kernel[name].tobytes() == slow[name].tobytes()


def errors(body: str, shelf: Shelf = SHELF) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in checked(body, shelf).diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('use "Bands" version 1\nplot _middle(close, 3)', "E0202"), ('use "Bands" version 1 as b\nplot b._middle(close, 3)', "E0228"),
        ('use "Bands" version 1 as b\nplot b.nothing', "E0228"), ('use "Bands" version 1 as b\nplot b.reach(3)', "E0211"),
        ('use "Bands" version 1\nplot reach(3)', "E0211"), ('use "Bands" version 1 as b\nplot b', "E0229"), ('use "Bands" version 1 as b\nplot b.beyond', "E0210"),
        ('use "Bands" version 1\nplot beyond', "E0210"), ('use "Bands" version 1 as b\nplot b.beyond(1, 2, 3)', "E0207"),
        ('use "Bands" version 1 as b\nplot b.band(tall = 3).top', "E0212"), ('use "Bands" version 1 as b\nplot b.band().tip', "E0307"),
        ('use "Bands" version 1 as b\nplot b.band() + 1', "E0308"), ('use "Bands" version 1 as sma\nplot sma.reach', "E0224"),
        ('use "Bands" version 1 as position\nplot close', "E0224"), ('use "Bands" version 1 as b\nlet b = close\nplot b', "E0224"),
        ('use "Bands" version 1 as b\nuse "Waves" version 3 as b\nplot b.reach', "E0224"), ('use "Bands" version 1\ndefine beyond(x) = x\nplot beyond(close)', "E0224"),
        ('use "Bands" version 1\ninput length = 3\nplot sma(close, length)', "E0224"), ('use "Bands" version 7 as b\nplot b.beyond()', "E0220"),
        ('use "Bonds" version 1\nplot beyond(), reach + length', "E0220"), ('plot b.beyond()', "E0228"), ('let b = close\nplot b.beyond()', "E0211"),
        ('use "Bands" version 1 as b\nplot b.beyond(volume) or b.beyond(close > open)', "E0304"), ('use "Bands" version 1 as b\nplot b.band(close, 0).top', "E0603"),
        ('use "Bands" version 1 as b\nplot b.band(close, bars since (close > open)).top', "E0403"), ('use "Bands" version 1 as b\nwhen b.beyond(position.size)\n  exit position', "E0406"),
        ('use "Bands" version 1\ndefine f(beyond) = beyond\nplot f(close) + slow', "E0201"),
    ],
)  # fmt: skip
def test_a_mistake_in_using_a_library_has_its_code_and_no_other_follows(body: str, code: str) -> None:
    assert [c for c, _ in errors(body)] == [code], errors(body)


def test_an_own_parameter_hides_a_name_of_a_library(candles: Candles) -> None:
    one = program(
        'use "Bands" version 1\nuse "Waves" version 3 as b\ndefine f(reach, b) = reach + b\nplot f(close, high), beyond(), b.wave()'
    )
    other = program("plot close + high", Shelf(()))
    assert computed(one, candles, {})["plot_1"].tobytes() == computed(other, candles, {})["plot_1"].tobytes()


def test_a_mistake_that_shows_only_in_a_call_is_said_at_the_call_with_the_place_inside() -> None:
    shelf = Shelf((LibraryText('apx 1\nlibrary "Runs" version 1\n\ndefine up(n) = close is rising for n\n', "runs.apx"),))
    result = checked('use "Runs" version 1 as r\nplot r.up(0)', shelf)
    (error,) = [d for d in result.diagnostics if d.severity == "error"]
    assert result.source.text[error.span.start : error.span.end] == "r.up(0)"
    (label,) = error.labels
    assert label.source is not None
    assert (label.source.name, label.source.position(label.span.start).line) == ("runs.apx", 3)
    assert "::: runs.apx:4:36\n4 | define up(n) = close is rising for n\n" in as_text(error, result.source)


def test_units_are_checked_in_each_call_of_a_library() -> None:
    found = errors('use "Bands" version 1 as b\nwhen b.band(close).top > volume\n  exit position')
    assert [code for code, _ in found] == ["E0301"]
    assert errors('use "Bands" version 1 as b\nwhen b.band(volume).top > volume\n  exit position') == []


def test_states_of_a_library_are_one_for_each_call(candles: Candles) -> None:
    text = LibraryText(
        'apx 1\nlibrary "Count" version 1\ndefine count_of(c)\n  remember n = n + (if c then 1 else 0 end) initially 0\n  give n\n',
        "c",
    )
    built = program(
        'use "Count" version 1\nplot count_of(close > open), count_of(close < open), count_of(close > open)', Shelf((text,))
    )
    columns = computed(built, candles, {})
    assert columns["plot_1"].tobytes() == columns["plot_3"].tobytes() != columns["plot_2"].tobytes()
    assert columns["plot_1"][-1] == (candles.close > candles.open).sum()


def test_a_program_is_another_when_a_library_far_below_it_changes() -> None:
    body = 'use "Waves" version 3 as w\nplot w.wave()'
    changed = Shelf((LibraryText(BANDS.replace("reach = 2", "reach = 3"), "bands.apx"), SHELF.texts[1]))
    windows = Shelf(tuple(LibraryText(text.text.replace("\n", "\r\n"), text.name) for text in SHELF.texts))
    assert program(body).hash == program(body, windows).hash != program(body, changed).hash
    assert [m.shown() for m in program(body).libraries] == ['"Bands" version 1', '"Waves" version 3']


def test_a_program_without_libraries_keeps_its_hash_whatever_lies_beside_it() -> None:
    assert program("plot close").hash == program("plot close", Shelf(())).hash


def test_ticks_of_a_library_are_the_instruments_own() -> None:
    shelf = Shelf((LibraryText('apx 1\nlibrary "Steps" version 1\nlet step = 2 ticks\n', "s"),))
    body = 'use "Steps" version 1\ninput reach = step in 1 tick .. 9 ticks\nplot close + reach "a", close + step "b"'
    built = program(body, shelf)
    other = program('input reach = 2 ticks in 1 tick .. 9 ticks\nplot close + reach "a", close + 2 ticks "b"', shelf)
    assert built.inputs[0].in_ticks
    assert built.plan(tick=0.5).hash == other.plan(tick=0.5).hash


@pytest.mark.parametrize(("use", "name"), [("", "reach"), (" as b", "b.reach")])
def test_a_constant_of_a_library_is_filled_into_texts(use: str, name: str) -> None:
    result = checked(
        f'use "Bands" version 1{use}\nsettings\n  commission 0.1%\nwhen close > open\n  buy 10 shares\n  notify "{{{name}}} at {{close}}"\n'
    )
    assert [d.message for d in result.diagnostics] == []
    assert [
        d.code
        for d in checked(f'use "Bands" version 1{use}\nalert when close > open "{{b.beyond}}"').diagnostics
        if d.severity == "error"
    ] == ["E0218"]


def test_towers_across_libraries_are_refused_before_they_are_written_out() -> None:
    tower = "".join(f"define f{i}(x) = f{i - 1}(x) + f{i - 1}(x + 1)\n" for i in range(1, 12))
    first = 'apx 1\nlibrary "A" version 1\ndefine f0(x) = x\n' + tower
    second = 'apx 1\nlibrary "B" version 1\nuse "A" version 1 as a\ndefine f0(x) = a.f11(x)\n' + tower
    shelf = Shelf((LibraryText(first, "a.apx"), LibraryText(second, "b.apx")))
    assert [c for c, _ in errors('use "A" version 1\nplot f11(close)', shelf)] == []
    assert [c for c, _ in errors('use "B" version 1 as b\nplot b.f11(close)', shelf)] == ["E0222", "E0602"]
    assert [
        c for c, _ in errors('use "A" version 1 as a\n' + "".join(f"let x{i} = a.f11(close + {i})\n" for i in range(20)), shelf)
    ] == ["E0602"]
