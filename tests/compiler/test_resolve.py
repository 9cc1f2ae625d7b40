"""What names stand for, what may be named, and what is said of names that mean nothing."""

from __future__ import annotations

import pytest

from compiler.diagnostics import Diagnostic
from compiler.nodes import Node
from compiler.pipeline import check
from compiler.program import Program
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Names"\ntrade "SPY" every 1d\n'


def errors(body: str) -> list[Diagnostic]:
    return [d for d in check(HEAD + body + "\n", load()).diagnostics if d.severity == "error"]


def program(body: str) -> Program:
    result = check(HEAD + body + "\n", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program


def spelt(node: Node) -> str:
    """A node written out, whatever its place in the graph."""
    inside = [*(spelt(a) for a in node.args), *(str(p) for p in node.params)]
    return f"{node.op}({', '.join(inside)})"


def node(body: str, name: str) -> str:
    return next(spelt(o.node) for o in program(body).build().outputs if o.name == name)


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ("plot cloze", "`close`"), ("plot clsoe", "`close`"), ("plot volum", "`volume`"), ("plot hgih", "`high`"),
        ("let trend = close\nplot trnd", "`trend`"), ("input fast = 5 bars\nplot sma(close, fst)", "`fast`"),
        ("remember peak = close initially 0\nplot peek", "`peak`"), ("plot positon.size", "`position`"), ("plot smaa(close, 3)", "`sma`"),
        ("plot wilders(close, 3)", "`wilder`"), ("define twice(x) = x + x\nplot twise(close)", "`twice`"), ("plot position.siez", "`position.size`"),
        ("plot account.equty", "`account.equity`"), ("plot time.houre", "`time.hour`"), ("plot macd(close, 12, 26, 9).signl", "`signal`"),
        ("plot bollinger(close, 20, facter = 2).upper", "`factor`"), ("settings\n  fills pesimistic\nplot close", "`pessimistic`"),
        ("settings\n  limit daily_los 3%\nplot close", "daily_loss"), ("define f(length) = sma(close, lenght)\nplot f(3)", "`length`"),
    ],
)  # fmt: skip
def test_a_misspelt_name_is_recognised(body: str, hint: str) -> None:
    (mistake,) = errors(body)
    assert mistake.hint.startswith("Did you mean")
    assert hint in mistake.hint


@pytest.mark.parametrize("body", ["plot qqqq", "plot xx(close)", "plot position.zzzz", "plot account.wwww"])
def test_nothing_is_guessed_where_nothing_is_near(body: str) -> None:
    (mistake,) = errors(body)
    assert "Did you mean" not in mistake.hint
    assert mistake.fixes == ()
    assert mistake.hint


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("let close = 3", "E0204"), ("input volume = 3", "E0204"), ("let sma = 3", "E0204"), ("let number = 3", "E0204"), ("let session = 3", "E0204"),
        ("define ema(x) = x\nplot ema(close)", "E0204"), ("let position = 3", "E0204"), ("let entry = 3", "E0204"), ("let abs = 3", "E0204"),
        ("remember hl2 = close initially 0", "E0204"), ("define f(close) = close + 1\nplot f(open)", "E0204"),
        ("let a = 1\nlet a = 2\nplot a + close", "E0203"), ("let a = 1\ninput a = 2\nplot a + close", "E0203"),
        ("let a = 1\nremember a = 2 initially 0\nplot a + close", "E0203"), ("let f = 1\ndefine f(x) = x\nplot f", "E0203"),
        ("define f(x, x) = x\nplot f(close, open)", "E0203"), ("define f(x)\n  let x = 3\n  give x\nplot f(close)", "E0203"),
        ("define f(x)\n  let y = 3\n  let y = 4\n  give x + y\nplot f(close)", "E0203"),
        ("input n = 3\ndefine f(x) = sma(x, n)\nplot f(close)", "E0206"), ("let y = close\ndefine f(x) = x + y\nplot f(close)", "E0206"),
        ("remember y = close initially 0\ndefine f(x) = x + y\nplot f(close)", "E0206"),
        ("define f(x) = x * position.size\nplot f(close)", "E0215"), ("define f(x) = x * account.equity\nplot f(close)", "E0215"),
        ("plot position", "E0209"), ("plot account", "E0209"), ("plot session", "E0209"), ("plot sma", "E0210"), ("plot abs", "E0210"),
        ("define f(x) = x\nplot f", "E0210"), ("plot close(3)", "E0211"), ("let a = 1\nplot a(3)", "E0211"), ("plot position.size(3)", "E0211"),
        ("define f(x) = x(3)\nplot f(close)", "E0211"), ("plot position(3)", "E0211"), ("plot sma(close, 3, 4)", "E0207"), ("plot abs(close, open)", "E0207"),
        ("plot number(close, 1)", "E0207"), ("plot max(close)", "E0216"), ("plot abs()", "E0216"), ("plot highest(high)", "E0216"),
        ("plot sma(close, 3, n = 3)", "E0213"), ("plot sma(close, n = 3, n = 4)", "E0213"), ("plot sma(close, length = 3)", "E0212"),
        ("plot session.hihg", "E0208"), ("plot close on 4h", "E0409"), ("plot close on 2d", "E0409"), ('plot time is within "9:30"', "E0411"),
        ('plot time.hour in "Mars"', "E0411"), ("plot position.size on 1w", "E0410"), ('plot position.size from "QQQ"', "E0410"),
        ("plot m.f(close)", "E0228"), ("let a = a\nplot a", "E0205"), ("let a = b\nlet b = c\nlet c = a\nplot a", "E0205"),
        ("input a = b\ninput b = a\nplot close * a", "E0205"), ("input a = a\nplot close * a", "E0205"), ("input a = 3 in 1 .. a\nplot close * a", "E0205"),
        ("define f(x) = f(x)\nplot f(close)", "E0217"), ("define f(x) = g(x)\ndefine g(x) = f(x)\nplot f(close)", "E0217"),
        ("define f(x = f(1)) = x\nplot f()", "E0217"), ('when close > open\n  notify "{cloze}"', "E0218"), ('when close > open\n  notify "{close + 1}"', "E0218"),
        ('when close > open\n  notify "{macd}"', "E0218"), ('when close > open\n  notify "{}"', "E0218"), ('when close > open\n  notify "{position.sise}"', "E0218"),
        ('alert when close > open "{cloze}"', "E0218"), ("plot close.high", "E0307"), ("plot sma(close, 3).line", "E0307"),
    ],
)  # fmt: skip
def test_a_mistake_about_names_has_its_code_and_no_other_follows(body: str, code: str) -> None:
    assert [d.code for d in errors(body)] == [code]


def test_a_second_meaning_shows_the_first() -> None:
    body = "let level = 10\ninput level = 20\nplot close - level"
    (mistake,) = errors(body)
    text = HEAD + body
    assert mistake.span.start == text.index("level = 20")
    assert [label.span.start for label in mistake.labels] == [text.index("level = 10")]
    assert "line 4" in mistake.message


def test_names_may_be_used_before_their_line() -> None:
    later = "plot c\nlet c = b + 1\nlet b = a * 2\nlet a = close"
    earlier = "let a = close\nlet b = a * 2\nlet c = b + 1\nplot c"
    assert node(later, "plot_1") == node(earlier, "plot_1")
    assert [o.name for o in program(later).build().outputs] == ["c", "b", "a", "plot_1"]


def test_an_input_may_be_made_of_others_wherever_they_stand() -> None:
    infos = program("input slow = fast in fast .. 90\ninput fast = 5 bars\nplot sma(close, fast), sma(close, slow)").inputs
    assert [(i.name, i.default, i.low, i.unit) for i in infos] == [("slow", 5.0, 5.0, "bars"), ("fast", 5.0, None, "bars")]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("rsi(14)", "rsi(close, 14)"), ("rsi(14 bars)", "rsi(close, 14 bars)"), ("rsi()", "rsi(close, 14)"), ("ema(20)", "ema(close, 20)"),
        ("rsi(n = 14)", "rsi(close, 14)"), ("sma(n = 5, x = open)", "sma(open, 5)"), ("atr()", "atr(14)"), ("macd(12, 26, 9).line", "macd(close, 12, 26, 9).line"),
        ("rsi(7 + 7)", "rsi(close, 14)"), ("bollinger(20, 2).upper", "bollinger(close, 20, 2).upper"), ("rsi(-(-14))", "rsi(close, 14)"),
        ("stdev(if 1 > 2 then 3 else 4 end)", "stdev(close, 4)"), ("rsi(max(7, 14))", "rsi(close, 14)"),
    ],
)  # fmt: skip
def test_a_first_series_with_a_default_may_be_left_out(short: str, long: str) -> None:
    assert node(f"let a = {short}", "a") == node(f"let a = {long}", "a")


def test_a_let_or_input_of_a_fixed_number_counts_as_fixed_when_a_series_is_left_out() -> None:
    assert node("let n = 14\nlet a = rsi(n)", "a") == node("let a = rsi(close, 14)", "a")
    assert node("input n = 14\nlet a = rsi(n)", "a") == node("let a = rsi(close, 14)", "a")
    assert node("let n = open\nlet a = rsi(n)", "a") == node("let a = rsi(open, 14)", "a")
    assert node("define f(n = 14) = rsi(n)\nlet a = f()", "a") == node("let a = rsi(close, 14)", "a")


def test_a_define_has_its_own_names() -> None:
    body = "let middle = open\ndefine f(x)\n  let inner = x + 1\n  give inner\nlet inner = f(close)\nplot inner, middle"
    assert node(body, "inner") == node("let inner = close + 1", "inner")


def test_two_calls_of_a_define_share_what_is_equal_and_nothing_else() -> None:
    body = "define f(x)\n  remember y = y + x initially 0\n  give y\nlet a = f(close)\nlet b = f(close)\nlet c = f(open)"
    built = program(body).build()
    a, b, c = (next(o.node for o in built.outputs if o.name == n) for n in "abc")
    assert c is not a
    assert len(built.graph.states) == 3
    assert a is not b  # one state per call


def test_broken_lines_still_declare_their_names() -> None:
    body = "let a = close +\nlet b = a + 1\nwhen a > b\n  exit position\nplot sma(a, 5), b"
    assert [d.code[:3] for d in errors(body)] == ["E01"]


@pytest.mark.parametrize(
    "line",
    [
        "let a = )",
        "let a close",
        "let a = = close",
        "input a = ",
        "input a 5",
        "remember a = ",
        "remember a = close",
        "let a = close close",
        "input a = unknown",
    ],
)
def test_a_broken_declaration_is_the_only_mistake_reported(line: str) -> None:
    assert len(errors(f"{line}\nplot a, sma(close, 3) + a")) == 1
