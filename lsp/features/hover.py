"""`textDocument/hover`: what stands under the cursor: a name and what it is worth, a function with its definition, a word and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from compiler import syntax as s
from compiler.builtins import CHOSEN_FROM, MARKET, MEMBERS, TEXTS
from compiler.editing import Cell
from compiler.forms import Form
from compiler.functions import Defined, Function
from compiler.lines import Where
from compiler.source import Span
from compiler.types import Type
from compiler.walk import children
from lsp import pages
from lsp.features.sparkline import last_values
from lsp.functions import result_words, signature
from lsp.kinds import type_of
from lsp.lexemes import COMMENT, Lexeme, lexeme_at, lexemes_of
from lsp.prose import Code, Part, Rows, Words, content
from lsp.syntax_paths import Path, nearest, path_at, statement_at
from lsp.view import View

LONGEST = 600
"""Characters of a line of the program that is shown."""


def hover(view: View, params: types.HoverParams) -> types.Hover | None:
    """What is under the cursor, and its place."""
    found = described(view, view.offset(params.position))
    if found is None:
        return None
    parts, span = found
    return types.Hover(content(parts, view.settings.client.markdown), view.range(span))


def described(view: View, offset: int) -> tuple[list[Part], Span] | None:
    """What is said of an offset of the text, and the place (of the trees) that it is said of."""
    number = view.analysis.layout.at(offset)
    if number < 0:
        return None
    cell, start = view.analysis.cells[number], view.analysis.layout.starts[number]
    lexeme = lexeme_at(cell, offset - start)
    if lexeme is None or lexeme.kind == COMMENT:
        return None
    inner = Span(cell.base + lexeme.start, cell.base + lexeme.end)
    statement = statement_at(view, inner.start)
    at = _At(view, cell, lexeme, inner, path_at(statement, inner.start) if statement is not None else ())
    found = at.found()
    wrong = [d for d in view.analysis.diagnostics if d.source is None and d.span.start <= offset <= d.span.end]
    last = last_values(view, lexeme.text) if found is not None and at.define is None and lexeme.kind in ("NAME", "WORD") else None
    parts = [
        *(found[0] if found is not None else ()),
        *([Words(last)] if last is not None else []),
        *(part for d in wrong[:1] for part in pages.diagnostic_page(d)),
    ]
    return (parts, found[1] if found is not None else inner) if parts else None


@dataclass(frozen=True, slots=True)
class _At:
    """A lexeme in its place. path: the nodes around it, outermost first. cell: the statement's."""

    view: View
    cell: Cell
    lexeme: Lexeme
    span: Span
    path: Path

    @property
    def define(self) -> s.Define | None:
        return nearest(self.path, s.Define)

    def found(self) -> tuple[list[Part], Span] | None:
        node = self.path[-1] if self.path else None
        match self.lexeme.kind:
            case "LEAD":
                return pages.line_page(self.lexeme.text, self.where(), self.words()), self.span
            case _ if isinstance(node, s.Number):
                return pages.number_page(node, self.type(node)), node.span
            case _ if isinstance(node, s.DurationLiteral):
                return pages.duration_page(node), node.span
            case "STRING":
                return self.text()
        if isinstance(node, s.Name | s.Ident):
            return self.name(node)
        if isinstance(node, s.TruthLiteral | s.UnknownLiteral):
            said = "true" if isinstance(node, s.TruthLiteral) and node.value else "false"
            if isinstance(node, s.UnknownLiteral):
                return [
                    Code("unknown"),
                    Words("No value: what a number or a condition is in its warm-up and where data is missing."),
                ], node.span
            return [Code(said), Rows((("gives", "condition"),))], node.span
        form = form_of(node)
        if form is not None and isinstance(node, s.Expr):
            return pages.form_page(form, self.type(node), self.operands(node)), node.span
        if isinstance(node, s.Expr) and not isinstance(node, s.ErrorExpr):
            return self.expression(node)
        if self.lexeme.kind in ("NAME", "WORD"):
            return self.loose()
        if self.lexeme.line and self.lexeme.text[:1].isalpha():
            return pages.line_page(self.lexeme.line, self.where(), self.words()), self.span
        return None

    def words(self) -> list[str]:
        """The words of the line."""
        found: list[str] = []
        for lexeme in lexemes_of(self.cell):
            if lexeme.kind == "LEAD":
                if lexeme.start > self.lexeme.start:
                    break
                found.clear()
            found.append(lexeme.text)
        return found

    def operands(self, node: s.Expr) -> tuple[str, ...]:
        """What a phrase is made of, each so that it can stand anywhere."""
        simple = (s.Name, s.Number, s.Call, s.Member, s.Index, s.Grouped)
        return tuple(self.said(x.span) if isinstance(x, simple) else f"({self.said(x.span)})" for x in children(node))

    def where(self) -> tuple[Where, ...]:
        return ("setting",) if self.cell.word == "settings" else ("statement", "action", "attached", "define", "test")

    def type(self, node: s.Expr) -> Type:
        return type_of(self.view, node, self.define, True)

    def expression(self, node: s.Expr) -> tuple[list[Part], Span] | None:
        parts = pages.type_page(_shortened(self.view.analysis.said(node.span)), self.type(node))
        return (parts, node.span) if parts else None

    # ------------------------------------------------------------ names

    def name(self, node: s.Name | s.Ident) -> tuple[list[Part], Span] | None:
        above = self.path[-2] if len(self.path) > 1 else None
        match above:
            case s.Call(function=function) if function is node or (isinstance(function, s.Name) and function.span == node.span):
                return self.called(above, function.name if isinstance(function, s.Name) else node.name)
            case s.Member(base=s.Name(name=base), field=field) if field is node and base in MEMBERS:
                if field.name in MEMBERS[base]:
                    return pages.field_page(f"{base}.{field.name}"), above.span
                return None
            case s.Member(field=field) if field is node:
                return self.expression(above)
            case s.Argument(name=name) if name is node:
                return self.argument(above, node)
            case s.Param():
                return self.param(above), node.span
            case s.Output() if above.name is node:
                return self.expression_named(node, above.value)
            case s.TestGiven():
                return (pages.field_page(node.name), node.span) if node.name in MARKET else None
            case s.Setting():
                return pages.line_page(self.lexeme.line, ("setting",), self.words()), node.span
            case s.Use(alias=alias) if alias is node:
                return pages.line_page("use", ("statement",), self.words()), node.span
            case s.Every() | s.Trade() | s.TestExpect() | s.HoldTop():
                return pages.line_page(self.lexeme.line, self.where(), self.words()), node.span
        parts = self.meaning(node.name)
        return (parts, node.span) if parts else None

    def loose(self) -> tuple[list[Part], Span] | None:
        """A word on a line that could not be read, or before the dot of a library."""
        parts = self.meaning(self.lexeme.text)
        return (parts, self.span) if parts else None

    def meaning(self, name: str) -> list[Part]:
        """What a name means here; nothing if it means nothing."""
        names, define = self.view.analysis.names, self.define
        if define is not None:
            for param in define.params:
                if param.name.name == name:
                    return self.param(param)
            for line in define.body:
                if line.name.name == name:
                    value = line.value if isinstance(line, s.Let) else line.first
                    return pages.named_page(self.said(line.span), self.type(value), line.doc)
        known = named(self.view, name)
        if known:
            return known
        if name in MARKET or name in TEXTS or name == "entry":
            return pages.field_page(name)
        if name in MEMBERS:
            return pages.base_page(name)
        if name == CHOSEN_FROM:
            return [Code(name), Words("The instruments of the run: what `hold top` chooses from.")]
        function = names.function(name)
        if function is not None:
            return pages.function_page(name, function, names)
        for statement in self.view.analysis.statements:
            if isinstance(statement, s.Use) and statement.alias is not None and statement.alias.name == name:
                public = [n.partition(".")[2] for n in names.linked.visible if n.startswith(f"{name}.")]
                rows = Rows(tuple(("", f"`{name}.{n}`") for n in public))
                return [Code(self.said(statement.span)), *([rows] if public else [])]
        return []

    def called(self, call: s.Call, name: str) -> tuple[list[Part], Span] | None:
        function: Function | None = self.view.analysis.names.function(name)
        if function is None:
            return None
        span = call.function.span
        gives = self.type(call)
        at = result_words(gives) if gives.kind != "error" else ""
        if not call.arguments and isinstance(function, Defined) and not function.define.params and call.span == span:
            return pages.named_page(f"{name} = {_said_in(function)}", gives, function.define.doc), span
        return pages.function_page(name, function, self.view.analysis.names, at), span

    def argument(self, argument: s.Argument, node: s.Name | s.Ident) -> tuple[list[Part], Span] | None:
        call = nearest(self.path[:-2], s.Call)
        if call is None:  # of `with` in a test
            parts = named(self.view, node.name)
            return (parts, node.span) if parts else None
        name = call.function.name if isinstance(call.function, s.Name) else ""
        function = self.view.analysis.names.function(name)
        if function is None:
            return None
        shown = signature(name, function, self.view.analysis.names)
        found = next((p for p in shown.parameters if p.name == node.name), None)
        return ([Code(shown.label), Rows(((f"`{found.name}`", found.takes),))], node.span) if found is not None else None

    def param(self, param: s.Param) -> list[Part]:
        define = self.define
        said = self.said(param.span)
        takes = f"A parameter of `{define.name.name}`." if define is not None else "A parameter."
        type_ = self.type(s.Name(param.name.span, param.name.name))
        return [Code(said), Words(takes), *([Rows((("unit by its default", str(type_)),))] if type_.kind == "number" else [])]

    def expression_named(self, node: s.Name | s.Ident, value: s.Expr) -> tuple[list[Part], Span] | None:
        type_ = self.type(value)
        said = f"{node.name} = {self.said(value.span)}"
        return pages.named_page(said, type_, ""), node.span

    # ------------------------------------------------------------ texts

    def text(self) -> tuple[list[Part], Span] | None:
        above = next((x for x in reversed(self.path) if not isinstance(x, s.TextLiteral)), None)
        word = {s.From: "from", s.TimeWithin: "is within", s.InZone: "in"}.get(type(above), "")
        if word == "from" and isinstance(above, s.From):
            return pages.form_page(pages.FORM["from"], self.type(above)), above.span
        if isinstance(above, s.Expr) and word:
            return self.expression(above)
        return (pages.line_page(self.lexeme.line, self.where(), self.words()), self.span) if self.lexeme.line else None

    def said(self, span: Span) -> str:
        return _shortened(self.view.analysis.said(span))


def named(view: View, name: str) -> list[Part]:
    """A name that the program gives: the line that gives it, its unit, and what more is known of it."""
    names, typed = view.analysis.names, view.analysis.typed
    said = view.analysis.said
    known = view.known.get(name)
    rows = known.rows if known is not None else ()
    if name in names.inputs:
        line = names.inputs[name]
        type_ = typed.inputs.get(name) if typed is not None else None
        label = (("label", line.label.value),) if line.label is not None else ()
        default = line.default
        choices = line.choices
        ranges: tuple[tuple[str, str], ...] = (("default", f"`{said(default.span)}`"),)
        if line.low is not None and line.high is not None:
            step = f" step {said(line.step.span)}" if line.step is not None else ""
            ranges += (("range", f"`{said(line.low.span)} .. {said(line.high.span)}{step}`"),)
        if choices is not None:
            ranges += (("choices", f"`{_shortened(said(choices.span))}`"),)
        return pages.named_page(_shortened(said(line.span)), type_, line.doc, (*ranges, *label))
    if name in names.lets:
        let = names.lets[name]
        type_ = typed.lets.get(name) if typed is not None else None
        clock = clock_of(let.value)
        return pages.named_page(_shortened(said(let.span)), type_, let.doc, ((("clock", clock),) if clock else ()) + rows)
    if name in names.states:
        state = names.states[name]
        type_ = typed.states.get(name) if typed is not None else None
        kept = (("kept", "from bar to bar"),)
        return pages.named_page(_shortened(said(state.span)), type_, state.doc, kept + rows)
    return []


def clock_of(value: s.Expr) -> str:
    """The clock that all of a value runs on, '' for the program's own."""
    while isinstance(value, s.Grouped):
        value = value.inner
    return f"{value.clock.count}{value.clock.unit}" if isinstance(value, s.On) else ""


def _said_in(function: Defined) -> str:
    return function.source.said(function.define.outputs[0].value.span)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


_BINARY = {
    "+": "plus", "-": "minus", "*": "times", "/": "divided by", "<": "less", "<=": "at most", ">": "greater", ">=": "at least",
    "==": "equal", "!=": "unequal", "and": "and", "or": "or", "or_else": "or_else",
}  # fmt: skip


def form_of(node: object) -> Form | None:
    """The form of an expression that is an operator or a phrase."""
    match node:
        case s.Binary(op=op):
            name = _BINARY[op]
        case s.Unary(op=op):
            name = "negative" if op == "-" else "not"
        case s.Crosses(way=way):
            name = "crosses" if way == "either" else f"crosses {way}"
        case s.IsMoving(way=way):
            name = f"is {way} for"
        case s.Between():
            name = "between"
        case s.IsNew():
            name = "is new"
        case s.IsAvailable():
            name = "is available"
        case s.HasHeld():
            name = "has held for"
        case s.WithinLast():
            name = "within last"
        case s.BarsSince():
            name = "bars since"
        case s.If():
            name = "if"
        case s.On():
            name = "on"
        case s.From():
            name = "from"
        case s.Index():
            name = "bars ago"
        case _:
            return None
    return pages.FORM[name]
