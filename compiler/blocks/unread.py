"""Narrows what could not be read: of a broken condition only the clause that is broken becomes opaque."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from compiler import syntax as s
from compiler.source import Span
from compiler.text.automaton import Failure, run
from compiler.text.tokens import END, LEAD, Token, chain_ifs, tokens_of
from compiler.words import MAX_DEPTH

T = TypeVar("T", bound=s.Statement)

_MOST_TOKENS = MAX_DEPTH  # of a line that is read again clause by clause


def finer(statement: T, text: str) -> T:
    """The statement with each line that could not be read taken apart as far as it can be: conditions at `and` and `or`, the rest
    behind the words that begin it."""
    match statement:
        case s.When(condition=condition, actions=actions, otherwise=otherwise):
            return replace(
                statement,
                condition=_narrow(text, condition.span, 1) if isinstance(condition, s.ErrorExpr) else condition,
                actions=tuple(_action(action, text) for action in actions),
                otherwise=tuple(_action(action, text) for action in otherwise),
            )
        case s.Every(actions=actions):
            return replace(statement, actions=tuple(_action(action, text) for action in actions))
        case s.Require(condition=s.ErrorExpr() as error):
            return replace(statement, condition=_narrow(text, error.span, 1))
        case s.Let(value=s.ErrorExpr() as error):
            return replace(statement, value=_narrow(text, error.span, 3))
        case s.Input(default=s.ErrorExpr() as error) if error.span == statement.span:
            return replace(statement, default=_rest(text, error.span, 3))
        case s.Remember(next=s.ErrorExpr() as error, first=s.ErrorExpr() as first) if error.span == first.span:
            following, beginning = _remembered(text, error.span)
            return replace(statement, next=following, first=beginning)
        case s.Define(body=body):
            return replace(statement, body=tuple(finer(line, text) for line in body))
    return statement


def _action(action: s.Action, text: str) -> s.Action:
    if not isinstance(action, s.OrderAction | s.ExitAction | s.ProtectAction):
        return action
    attached = tuple(_line(line, text) for line in action.attached)
    if (
        isinstance(action, s.OrderAction)
        and isinstance(action.size, s.SizeAmount)
        and isinstance(action.size.amount, s.ErrorExpr)
    ):
        rest = _rest(text, action.size.amount.span, 1)
        return replace(action, size=s.SizeAmount(rest.span, rest), attached=attached)
    return replace(action, attached=attached)


_LEADS = {"stop": ("loss", "at"), "take": ("profit", "at"), "trail": ("by",), "hold": ("at", "most"), "expire": ("after",)}


def _line(line: s.Attached, text: str) -> s.Attached:
    """An attached line that could not be read: its value is what follows the words that begin it."""
    if not isinstance(line.value, s.ErrorExpr) or line.value.span != line.span:
        return line
    tokens = _tokens(text, line.span)
    skip = 1
    for word in _LEADS.get(tokens[0].text, ()) if tokens else ():
        skip += skip < len(tokens) and tokens[skip].text == word
    return replace(line, value=_rest(text, line.span, skip))


def _remembered(text: str, span: Span) -> tuple[s.Expr, s.Expr]:
    """The two expressions of a `remember` that could not be read, each as far as it can be."""
    tokens = _tokens(text, span)[3:]
    at = next((i for i, t in enumerate(tokens) if t.text == "initially"), len(tokens))
    parts = (tokens[:at], tokens[at + 1 :])
    end = tokens[-1].end if tokens else span.end
    following, first = (_clause(part) if 0 < len(part) <= _MOST_TOKENS else s.ErrorExpr(_extent(part, end)) for part in parts)
    return following, first


def _extent(tokens: list[Token], end: int) -> Span:
    return Span(tokens[0].start, tokens[-1].end) if tokens else Span(end, end)


def _tokens(text: str, span: Span) -> list[Token]:
    return [t for t in tokens_of(text, span.start, span.end, True, []) if t.kind != END]


def _rest(text: str, span: Span, skip: int) -> s.ErrorExpr:
    """What could not be read, without the first `skip` tokens of its line."""
    tokens = _tokens(text, span)
    return s.ErrorExpr(_extent(tokens[skip:], tokens[-1].end if tokens else span.end))


def _narrow(text: str, span: Span, skip: int) -> s.Expr:
    """The expression after the first `skip` tokens of a line."""
    tokens = _tokens(text, span)
    if len(tokens) <= skip or len(tokens) > _MOST_TOKENS or (skip == 3 and tokens[2].kind != "EQUAL"):
        return s.ErrorExpr(span)
    return _either(tokens[skip:])


def _either(tokens: list[Token]) -> s.Expr:
    return _joined(tokens, "or", lambda part: _joined(part, "and", _clause))


def _joined(tokens: list[Token], word: str, each: object) -> s.Expr:
    parts, joints = _split(tokens, word)
    assert callable(each)
    result: s.Expr = each(parts[0])
    for joint, part in zip(joints, parts[1:], strict=True):
        right: s.Expr = each(part)
        result = s.Binary(result.span.to(right.span), joint.text, result, right, Span(joint.start, joint.end))  # type: ignore[arg-type]
    return result


def _split(tokens: list[Token], word: str) -> tuple[list[list[Token]], list[Token]]:
    """The tokens between those `and`s or `or`s that stand in no brackets and belong to no `between`."""
    parts: list[list[Token]] = [[]]
    joints: list[Token] = []
    depth = between = 0
    for token in tokens:
        if token.kind in ("LPAR", "LSQB") or token.text == "if":
            depth += 1
        elif token.kind in ("RPAR", "RSQB") or token.text == "end":
            depth -= 1
        elif token.text == "between" and depth == 0:
            between += 1
        elif token.text == "and" and between and depth == 0:
            between -= 1
            parts[-1].append(token)
            continue
        if token.text == word and token.kind == "WORD" and depth == 0 and parts[-1]:
            joints.append(token)
            parts.append([])
        else:
            parts[-1].append(token)
    if not parts[-1]:  # a joint with nothing after it is part of what could not be read
        parts.pop()
        parts[-1].append(joints.pop())
    return parts, joints


def _clause(tokens: list[Token]) -> s.Expr:
    start, end = tokens[0].start, tokens[-1].end
    line = [Token(LEAD, "require", start, start), *tokens, Token(END, "", end, end)]
    read = run(chain_ifs(line), "line")
    if isinstance(read, s.Require):
        return read.condition
    assert isinstance(read, Failure) or read is not None
    return s.ErrorExpr(Span(start, end))
