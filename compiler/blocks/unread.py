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
    """The statement with each line that could not be read split at its `and`s and `or`s, where parts of it can be."""
    match statement:
        case s.When(condition=s.ErrorExpr() as error):
            return replace(statement, condition=_narrow(text, error.span, 1))
        case s.Require(condition=s.ErrorExpr() as error):
            return replace(statement, condition=_narrow(text, error.span, 1))
        case s.Let(value=s.ErrorExpr() as error):
            return replace(statement, value=_narrow(text, error.span, 3))
    return statement


def _narrow(text: str, span: Span, skip: int) -> s.Expr:
    """The expression after the first `skip` tokens of a line."""
    tokens = [t for t in tokens_of(text, span.start, span.end, True, []) if t.kind != END]
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
