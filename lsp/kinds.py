"""Kinds and units of expressions that the analysis did not type: of settings and tests, inside a define, of text that is being typed."""

from __future__ import annotations

from collections.abc import Callable

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.functions import Defined
from compiler.inference.typed import Env, Typed
from compiler.inference.work import Inference
from compiler.resolve import Names, Scope, scope_of
from compiler.text.automaton import run
from compiler.text.tokens import LEAD, WORD, Token, chain_ifs, tokens_of
from compiler.types import ERROR, Type
from compiler.walk import descend
from lsp.view import View

Typer = Callable[[s.Expr], Type]
"""The type of an expression; ERROR where it has none."""


def typer(names: Names, typed: Typed | None, define: s.Define | None = None, entry: bool = False) -> Typer:
    """Types expressions in silence, leaving nothing behind. define: the one they stand in, its parameters being what their defaults are.

    entry: whether they stand in a line in which `entry` has a meaning.
    """
    known = Typed(names, {}, dict(typed.inputs), dict(typed.lets), dict(typed.states)) if typed is not None else Typed(names)
    inference = Inference(known, Diagnostics())
    if define is None:
        scope = Scope(names)
        env = Env(scope, names.source, None, entry)
    else:
        defined = Defined(define, names.source, False)
        scope = scope_of(names, defined)
        local: dict[str, Type] = dict.fromkeys((p.name.name for p in define.params), ERROR)
        env = Env(scope, names.source, local)
        outside = Env(Scope(names, defined), names.source, {})
        for param in define.params:
            if param.default is not None and _sound(param.default, names, scope):
                local[param.name.name] = inference.expressions.expr(param.default, outside)
        for line in define.body:
            value = line.value if isinstance(line, s.Let) else line.first
            local[line.name.name] = inference.expressions.expr(value, env) if _sound(value, names, scope) else ERROR

    def type_of(expr: s.Expr) -> Type:
        return inference.expressions.expr(expr, env) if _sound(expr, names, scope) else ERROR

    return type_of


def _sound(expr: s.Expr, names: Names, scope: Scope) -> bool:
    """Whether every call in it is one of a function that takes its arguments: inference counts on that."""
    for part in descend(expr):
        if isinstance(part, s.Call):
            function = names.function(part.function.name) if isinstance(part.function, s.Name) else None
            if function is None:
                return False
            bound = names.bind(function, part, scope)
            if bound.missing or bound.too_many or bound.unknown or bound.twice:
                return False
    return True


def type_of(view: View, expr: s.Expr, define: s.Define | None = None, entry: bool = False) -> Type:
    """The type of an expression of a view's trees: as the analysis found it, else found now."""
    known = view.analysis.type_of(expr)
    if known is not None and known.kind != "error":
        return known
    return typer(view.analysis.names, view.analysis.typed, define, entry)(expr)


_HEAD = (Token(LEAD, "let", 0, 0), Token(WORD, "it", 0, 0), Token("EQUAL", "=", 0, 0))


def expression_of(tokens: list[Token] | tuple[Token, ...]) -> s.Expr | None:
    """The expression that tokens are, without an END; None if they are none."""
    if not tokens:
        return None
    end = tokens[-1].end
    read = run(chain_ifs([*_HEAD, *tokens, Token("$END", "", end, end)]), "line")
    return read.value if isinstance(read, s.Let) else None


def expression(text: str) -> s.Expr | None:
    """The expression that a text is; None if it is none."""
    return expression_of(tokens_of(text, 0, len(text), False, [])[:-1])
