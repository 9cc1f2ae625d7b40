"""Candidates that are lines: what may begin where a cursor stands, and how a line goes on after the word that leads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lsprotocol.types import CompletionItemKind as Kind

from compiler import syntax as s
from compiler.lines import LINES, LineForm, Where, filled
from compiler.source import Span
from lsp.candidate import LINE_LATER, Candidate
from lsp.cursor import Cursor
from lsp.view import View


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines at a cursor."""

    view: View
    cursor: Cursor

    def lines(self) -> Iterator[Candidate]:
        """Lines that may begin here."""
        cursor = self.cursor
        under = tuple(self.under())
        complete = not cursor.tokens or "$END" in cursor.expected
        for order, form in enumerate(LINES, 1):
            if form.where == "statement" and form.word in ("let", "remember") and "define" in under:
                rank = 0
            elif form.where in under and self.allowed_under(form):
                rank = 1 if form.where == "attached" and cursor.indent < _UNDER_ORDERS else 0 if cursor.indent else 2
                rank = 1 if form.where == "action" and cursor.indent >= _UNDER_ORDERS and "attached" in under else rank
            elif form.where == "statement" and self.allowed(form):
                rank = 2 if cursor.indent else 0
            else:
                continue
            snippet = self.fitting(form)
            if snippet:
                plain = filled(snippet)
                more = f" {first}" if (first := plain.split("\n")[0]) != form.label else ""
                rank = rank if complete else LINE_LATER
                yield Candidate(form.label, Kind.Snippet, rank, plain, snippet, more, order, ("line", form.label))

    def fitting(self, form: LineForm) -> str:
        """A line's snippet with names that go with this program: new ones where it gives one, known ones where it reads one; '' if none does."""
        names = self.view.analysis.names
        match form.word, form.label:
            case (("let" | "remember" | "input" | "define"), _):
                name = form.filled.split("(")[0].split()[1]
                return re.sub(rf"\b{name}\b", self.new_name(name), form.snippet)
            case "with", _:
                first = next(iter(names.inputs.values()), None)
                if first is None:
                    return ""
                return f"with ${{1:{first.name.name}}} = ${{2:{self.view.analysis.said(first.default.span)}}}"
            case _, "every day at" | "flat before the close" if self.whole_days:
                return ""
            case "give", _:
                define = self.cursor.define
                local = next((x.name.name for x in (*define.body, *define.params)), "close") if define is not None else "close"
                return f"give ${{1:{local}}}"
            case _, "expect a value":
                read = next(iter((*names.lets, *names.states)), "close")
                return form.snippet.replace("average", read)
            case _:
                return form.snippet

    @property
    def whole_days(self) -> bool:
        """Whether the program's bars are days or longer, so that there is no time within one."""
        trade = self.view.analysis.names.trade
        return trade is not None and trade.every.unit in ("d", "w", "mo")

    def new_name(self, name: str) -> str:
        """A name that means nothing yet."""
        names = self.view.analysis.names
        taken = {*names.inputs, *names.lets, *names.states, *names.defines, *names.linked.visible}
        others = (name if i == 1 else f"{name}_{i}" for i in range(1, len(taken) + 2))
        return next(n for n in others if n not in taken)

    def under(self) -> Iterator[Where]:
        """What may stand under the line above."""
        cursor = self.cursor
        match cursor.statement:
            case "when" | "every":
                yield "action"
                order = next((w for w in reversed(cursor.lines) if w not in _ATTACHED), "")
                if order in ("buy", "short", "sell", "cover", "exit", "protect"):
                    yield "attached"
            case "settings":
                yield "setting"
            case "define" if cursor.block:
                yield "define"
            case "test":
                yield "test"

    def allowed_under(self, form: LineForm) -> bool:
        cursor = self.cursor
        if form.word == "otherwise":
            return cursor.statement == "when" and "otherwise" not in cursor.lines
        if form.where == "setting":
            return _setting_name(form) not in self.set_already()
        return True

    def set_already(self) -> set[str]:
        cell = self.cursor.cell
        lines = (line for x in (cell.statements if cell is not None else ()) if isinstance(x, s.Settings) for line in x.lines)
        inner = self.view.analysis.inner(self.cursor.start)
        return {line.key.name for line in lines if not line.span.start <= inner <= line.span.end}

    def allowed(self, form: LineForm) -> bool:
        """Whether a statement may stand in this file: the edition first and once, heads once, in a library only what it may hold."""
        analysis, cursor = self.view.analysis, self.cursor
        at = analysis.cell_at(cursor.end)
        typed = at is not None and analysis.outer(Span(at.heads[0].start, at.heads[0].end)).start == cursor.start
        met = {cell.word for cell in analysis.cells if not (typed and cell is at)}
        if form.word == "apx":
            return "apx" not in met and not cursor.lines
        if form.word in ("strategy", "library"):
            return not met & {"strategy", "library"}
        if form.word in ("trade", "settings") and form.word in met:
            return False
        return "library" not in met or form.word in ("define", "let", "use", "test")

    def rests(self) -> Iterator[Candidate]:
        """After the word that leads a line: the rest of it, in the ways in which it can be written."""
        word = self.cursor.line
        setting = self.cursor.statement == "settings"
        for order, form in enumerate(LINES, 1):
            if form.word != word or (form.where == "setting") != setting or " " not in form.snippet:
                continue
            rest = form.snippet.split(" ", 1)[1]
            if form.where == "statement":
                rest = rest.split("\n")[0]
            if word in ("with", "given", "let", "input", "remember", "define") or form.label == "expect a value":
                continue  # what follows is a name, and those are known better
            if not self.fitting(form):
                continue
            if word == "limit" and _setting_name(form) in self.set_already():
                continue
            label = filled(rest).split("\n")[0]
            yield Candidate(label, Kind.Snippet, 0, filled(rest), rest, f" {form.label}", order, ("line", form.label))


def _setting_name(form: LineForm) -> str:
    return " ".join(form.filled.split()[:2]) if form.word == "limit" else form.word


_ATTACHED = ("stop", "take", "trail", "hold", "expire")
_UNDER_ORDERS = 4
"""Blanks before the lines under an order."""
