"""What an editor offers has been compiled: a correction takes its mistake away and brings none, a change keeps the meaning."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from compiler.codes import CODES, Code
from compiler.diagnostics import Edit
from compiler.pipeline import check
from compiler.source import Span
from lsp.actions.trial import Trial, same
from lsp.features.code_actions import FIX_ALL, code_actions, resolve
from lsp.refusal import Refusal
from lsp.renaming import applied, shelf_of
from lsp.settings import Client
from lsp.view import View
from stdlib.library import load
from tests.lsp.seeing import EXAMPLES, anywhere, params, seen, span

HEAD = 'apx 1\nstrategy "S"\ntrade "SPY" every 1d\nsettings\n  commission 0.1%\n'
Kind = types.CodeActionKind


def asked(
    view: View, start: int, end: int | None = None, only: list[str] | None = None, shown: list[types.Diagnostic] | None = None,
    trigger: types.CodeActionTriggerKind = types.CodeActionTriggerKind.Invoked,
) -> list[types.CodeAction]:  # fmt: skip
    where = types.Range(view.position(start), view.position(start if end is None else end))
    context = types.CodeActionContext(shown or [], only, trigger)
    return code_actions(view, types.CodeActionParams(params(view), where, context))


def result(view: View, action: types.CodeAction) -> str:
    """The text after an action."""
    assert action.edit is not None
    (one,) = action.edit.document_changes or ()
    assert isinstance(one, types.TextDocumentEdit)
    assert one.text_document.uri == view.document.uri
    return applied(view.text, [Edit(Span(*span(view, e.range)), e.new_text) for e in one.edits if isinstance(e, types.TextEdit)])


def offered(view: View, marked: str, title: str) -> str:
    """The text after the action whose title begins so, at `|…|` or `|`."""
    before, *rest = marked.split("|")
    at = view.text.index(marked.replace("|", "")) + len(before)
    actions = asked(view, at, at + len(rest[0]) if len(rest) > 1 else at)
    (action,) = [a for a in actions if a.title.startswith(title)]
    return result(view, action)


def lines(before: str, after: str) -> list[str]:
    """Lines that came or changed."""
    old = Counter(before.splitlines())
    return [line for line in after.splitlines() if old[line] == 0 or old.subtract([line])]


# ---------------------------------------------------------------- corrections

FIXABLE = [code for code in CODES if any(
    d.code == code.code and d.fixes and d.source is None
    for d in check(code.failing, load(), "seen.apx", code.shelf, code.limits).diagnostics
)]  # fmt: skip


@pytest.mark.parametrize("code", FIXABLE, ids=lambda code: code.code)
def test_every_correction_that_is_offered_leaves_the_program_better(code: Code) -> None:
    view = seen(code.failing, resolver=code.shelf)
    before = check(view.text, load(), resolver=code.shelf)
    for d in before.diagnostics:
        if d.code != code.code or d.source is not None:
            continue
        theirs = types.Diagnostic(view.outer_range(d.span), d.message, code=d.code)
        actions = [a for a in asked(view, d.span.start, shown=[theirs], only=[Kind.QuickFix]) if a.edit is not None]
        for action in actions:
            after = check(result(view, action), load(), resolver=code.shelf)
            assert errors(after.diagnostics) <= errors(before.diagnostics)
            if action.diagnostics:
                assert action.diagnostics == [theirs]
                assert count(after.diagnostics, code.code) < count(before.diagnostics, code.code)


def errors(found: object) -> Counter[str]:
    return Counter(d.code for d in found if d.severity == "error")  # type: ignore[attr-defined]


def count(found: object, code: str) -> int:
    return sum(d.code == code for d in found)  # type: ignore[attr-defined]


def test_most_pages_with_a_correction_have_one_offered() -> None:
    """A page's program may need more than one; then none of them alone is offered."""
    offered_codes = set()
    for code in FIXABLE:
        view = seen(code.failing, resolver=code.shelf)
        for d in check(view.text, load(), resolver=code.shelf).diagnostics:
            theirs = types.Diagnostic(view.outer_range(d.span), d.message, code=d.code)
            if d.code == code.code and any(a.edit for a in asked(view, d.span.start, shown=[theirs], only=[Kind.QuickFix])):
                offered_codes.add(code.code)
    assert len(offered_codes) >= 0.9 * len(FIXABLE), sorted({c.code for c in FIXABLE} - offered_codes)


def test_a_correction_is_offered_with_the_diagnostic_it_mends() -> None:
    view = seen(HEAD + "let a = sma(closs, 20)\nplot a\n")
    (action,) = [a for a in asked(view, view.text.index("closs") + 2) if a.kind == Kind.QuickFix and a.edit]
    assert action.title == "Change to `close`"
    assert lines(view.text, result(view, action)) == ["let a = sma(close, 20)"]


def test_nothing_is_corrected_where_nothing_is_wrong() -> None:
    view = seen(HEAD + "let a = sma(close, 20)\nplot a\n")
    assert [a for a in asked(view, 0, len(view.text)) if a.kind == Kind.QuickFix] == []


def test_a_warning_of_the_whole_program_is_corrected_too() -> None:
    view = seen('apx 1\nstrategy "S"\ntrade "SPY" every 1d\nwhen close > open\n  buy 1 share\n')
    warned = next(d for d in check(view.text, load()).diagnostics if d.code == "W0502")
    theirs = types.Diagnostic(view.outer_range(warned.span), warned.message, code="W0502")
    (action,) = [a for a in asked(view, warned.span.start, shown=[theirs]) if a.diagnostics]
    assert "  commission 0.1%" in result(view, action)


def test_every_safe_correction_at_once() -> None:
    text = HEAD + "let a = 2 % * close\nlet b = close > high && close > open\nlet c = smaa(close, 20)\nplot a, b, c\n"
    view = seen(text)
    (action,) = asked(view, 0, only=[FIX_ALL])
    fixed = result(view, action)
    assert "and close > open" in fixed
    assert "sma(close, 20)" in fixed
    before, after = check(text, load()), check(fixed, load())
    assert len(after.diagnostics) < len(before.diagnostics)
    assert not any(fix.safe for d in after.diagnostics for fix in d.fixes)
    assert asked(view, 0, only=["source"]) == [action]
    assert asked(seen(fixed), 0, only=[FIX_ALL]) == []


# ---------------------------------------------------------------- changes that keep the meaning


def test_an_expression_gets_a_name() -> None:
    view = seen(HEAD + "# the rule\nwhen close > |sma(close, 20)|\n  buy 1 share\n".replace("|", ""))
    text = offered(view, "> |sma(close, 20)|", "Name it")
    assert text == HEAD + "let sma_20 = sma(close, 20)\n# the rule\nwhen close > sma_20\n  buy 1 share\n"


def test_a_call_gets_a_name_without_being_selected() -> None:
    view = seen(HEAD + "let sma_20 = 1\nplot close - sma(clo|se, 20), sma_20\n".replace("|", ""))
    assert "let sma_20_2 = sma(close, 20)\nplot close - sma_20_2, sma_20\n" in offered(view, "sma(clo|se, 20)", "Name it")


def test_inside_a_define_the_name_stays_inside() -> None:
    text = HEAD + "define f(x, n = 5 bars)\n  let a = x\n  give a + ema(x, n)\nplot f(close)\n"
    view = seen(text)
    assert lines(text, offered(view, "+ |ema(x, n)|", "Name it")) == ["  let ema_value = ema(x, n)", "  give a + ema_value"]


def test_what_would_mean_something_else_elsewhere_is_not_named() -> None:
    view = seen(HEAD + "when close > open\n  buy 1 share\n    stop loss at entry - 1\n")
    at = view.text.index("entry - 1")
    assert [a for a in asked(view, at, at + len("entry - 1")) if a.title.startswith("Name it")] == []
    state = seen(HEAD + "remember r = max(r, close) initially close\nplot r\n")
    at = state.text.index("max(r")
    assert [a for a in asked(state, at, at + len("max(r, close)")) if a.title.startswith("Name it")] == []


def test_a_let_is_written_out() -> None:
    text = HEAD + "let up = close > open\nlet dip = close - 1\nwhen up and dip > 5\n  buy 1 share\nplot dip\n"
    view = seen(text)
    assert lines(text, offered(view, "let |dip", "Write `dip` out")) == ["when up and (close - 1) > 5", "plot (close - 1)"]
    assert lines(text, offered(view, "when |up", "Write `up` out")) == ["when (close > open) and dip > 5"]


def test_a_let_that_a_text_names_is_not_written_out() -> None:
    view = seen(HEAD + 'let up = close > open\nwhen up\n  notify "{up}"\n')
    assert [a for a in asked(view, view.text.index("up = ")) if a.title.startswith("Write")] == []
    documented = seen(HEAD + "## What rises.\nlet up = close > open\nplot up\n")
    assert [a for a in asked(documented, documented.text.index("up = ")) if a.title.startswith("Write")] == []


def test_a_number_becomes_an_input() -> None:
    text = HEAD + "let a = sma(close, 20)\nplot a\n"
    view = seen(text)
    assert offered(view, "close, |20", "Make it an input") == text.replace(
        "settings", "input sma_length = 20 in 10 .. 40\nsettings", 1
    ).replace("close, 20", "close, sma_length")
    again = HEAD + "input n = 5 bars in 2 .. 9\nlet a = sma(close, n)\nwhen a > 2.5\n  buy 10% of equity\n"
    view = seen(again)
    assert lines(again, offered(view, "> |2.5", "Make it an input")) == ["input level = 2.5 in 1.25 .. 5", "when a > level"]
    assert lines(again, offered(view, "buy |10%", "Make it an input")) == [
        "input share = 10% in 5% .. 20%",
        "  buy share of equity",
    ]


def test_an_entry_gets_a_stop() -> None:
    text = HEAD + "when close > open\n  buy 1 share # one\nwhen close < open\n  short 1 share\n    take profit at 4%\n"
    view = seen(text)
    assert lines(text, offered(view, "  |buy", "Protect this entry")) == ["    stop loss at entry - 2 * atr(14)"]
    assert "  buy 1 share # one\n    stop loss" in offered(view, "  |buy", "Protect this entry")
    assert "  short 1 share\n    stop loss at entry + 2 * atr(14)\n    take profit" in offered(
        view, "  |short", "Protect this entry"
    )
    assert [a for a in asked(seen(EXAMPLES["golden_cross.apx"]), 0) if a.title.startswith("Protect")] == []


def test_a_client_that_can_wait_gets_the_edit_when_it_asks() -> None:
    text = HEAD + "let a = sma(close, 20)\nplot a\n"
    view = seen(text, client=Client(lazy_edits=True))
    at = text.index("20)")
    actions = [a for a in asked(view, at, trigger=types.CodeActionTriggerKind.Automatic) if a.edit is None and a.data]
    assert {a.data["uri"] for a in actions} == {view.document.uri}  # type: ignore[index]
    titles = [a.title.partition(":")[0] for a in actions]
    assert titles == ["Name it", "Make it an input"]
    plain = {a.title: result(view, a) for a in asked(seen(text), at)}
    assert {a.title: result(view, resolve(view, a)) for a in actions} == plain


def test_what_was_offered_for_an_earlier_text_is_refused() -> None:
    text = HEAD + "let a = sma(close, 20)\nplot a\n"
    view = seen(text, client=Client(lazy_edits=True))
    action = next(a for a in asked(view, text.index("20)")) if a.data)
    assert isinstance(action.data, dict)
    action.data["version"] = 7
    with pytest.raises(Refusal, match="has changed"):
        resolve(view, action)


def test_a_lamp_that_lights_by_itself_compiles_nothing_that_was_not_asked_for() -> None:
    view = seen(HEAD + "let a = sma(close, 20)\nplot a\n")
    assert asked(view, view.text.index("20)"), trigger=types.CodeActionTriggerKind.Automatic) == []


def test_the_budget_is_kept() -> None:
    view = seen(HEAD + "".join(f"let a{n} = closs\n" for n in range(30)))
    ticks = iter(range(1000))
    trial = Trial(view, clock=lambda: float(next(ticks)), budget_s=3.0)
    from lsp.actions.fixes import fixes

    assert len(list(fixes(trial, Span(0, len(view.text))))) <= 3


def test_programs_that_differ_are_told_apart() -> None:
    base = (
        HEAD
        + "let a = sma(close, 20)\nremember r = max(r or_else a, a) initially 0\nwhen a > r\n  buy 1 share\n    stop loss at entry - 2\n"
    )

    def built(text: str) -> object:
        program = check(text, load()).program
        assert program is not None
        return program.checked

    assert same(built(base), built(base.replace("let a", "let b = high\nlet a")))  # type: ignore[arg-type]
    for old, new in [
        ("20", "21"),
        ("initially 0", "initially 1"),
        ("a > r", "a < r"),
        ("entry - 2", "entry - 3"),
        ("1 share", "2 shares"),
        ("max(", "min("),
    ]:
        assert not same(built(base), built(base.replace(old, new))), new  # type: ignore[arg-type]


# ---------------------------------------------------------------- laws


@given(anywhere(), st.integers(0, 30))
@settings(max_examples=120, deadline=None)
def test_whatever_is_offered_anywhere_compiles(place: tuple[View, types.Position], length: int) -> None:
    view, at = place
    start = view.offset(at)
    end = min(start + length, len(view.text))
    shelf = shelf_of(view, {})
    before = check(view.text, load(), view.analysis.source.name, shelf)
    for action in asked(view, start, end):
        if action.edit is None:
            continue
        after = check(result(view, action), load(), view.analysis.source.name, shelf)
        assert errors(after.diagnostics) <= errors(before.diagnostics), action.title
        refactors = action.kind in (Kind.RefactorExtract, Kind.RefactorInline)
        if refactors and before.program and after.program and before.program.checked and after.program.checked:
            assert same(before.program.checked, after.program.checked)
