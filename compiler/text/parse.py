"""Source text to a syntax tree. Each line is read on its own, so that a broken one hides no other's mistakes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from compiler import syntax as s
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.source import Source, Span
from compiler.text.assemble import Line, assemble
from compiler.text.automaton import Failure, run
from compiler.text.heads import check_heads
from compiler.text.mistakes import mend
from compiler.text.moved import moved
from compiler.text.nesting import shortened, too_deep
from compiler.text.slices import Piece, Slice, doc_of, is_block, pieces_of, slices_of
from compiler.text.tokens import END, LEAD, Token, chain_ifs, tokens_of
from compiler.words import MAX_DEPTH, SETTINGS_WORDS, STATEMENT_WORDS

_BACK_ON_TRACK = 5  # so many tokens read after a guess show that it was a good one

# Bounds per line, past which more messages help nobody and would cost time without end.
_MOST_MENDS = 10
_MOST_SLIPS = 20
_MOST_CUTS = 50


@dataclass(frozen=True, slots=True)
class Read:
    """A card as it was read: at which offset, what it says, what is wrong with it."""

    start: int
    cards: tuple[s.Card, ...]  # more than one where a statement was found inside another's text
    problems: tuple[Diagnostic, ...]


@dataclass(slots=True)
class Memo:
    """What the cards of the last text were read as, by their text: pass the same one again and only changed cards are read."""

    _last: dict[str, Read] = field(default_factory=dict)
    _next: dict[str, Read] = field(default_factory=dict)

    def get(self, text: str) -> Read | None:
        return self._next.get(text) or self._last.get(text)

    def put(self, text: str, read: Read) -> None:
        self._next[text] = read

    def turn(self) -> None:
        """Forget what the text just read no longer holds."""
        self._last, self._next = self._next, {}


def parse(source: Source, diagnostics: Diagnostics, memo: Memo | None = None, fragment: bool = False) -> s.File:
    """The tree of a program. Mistakes go to `diagnostics`; what could be read is in the tree, `ErrorExpr` where it could not."""
    text = source.text
    cards: list[s.Card] = []
    problems: list[Diagnostic] = []
    heads: list[Piece] = []
    slices = slices_of(text)
    for cut in slices:
        card_text = text[cut.start : cut.end]
        read = memo.get(card_text) if memo is not None else None
        if read is None:
            read = read_card(text, cut)
        elif read.start != cut.start:
            by = cut.start - read.start
            read = Read(cut.start, moved(read.cards, by), moved(read.problems, by))
        if memo is not None:
            memo.put(card_text, read)
        cards.extend(read.cards)
        heads.append(cut.pieces[0])
        heads.extend(Piece("", card.span.start, card.span.start, card.span.end) for card in read.cards[1:])
        problems.extend(read.problems)
    rest = slices[-1].end if slices else 0
    if rest < len(text):
        cards.append(s.Card(Span(rest, len(text)), None))
    if memo is not None:
        memo.turn()
    if not fragment:  # a fragment is cards of a file that stands elsewhere
        problems.extend(check_heads(heads, cards))
    diagnostics.found.extend(problems)  # each is there once: asking for every one whether it is known would be quadratic
    return s.File(tuple(cards))


def parse_whole(source: Source) -> s.File | None:
    """The tree of a program read in one go by the grammar's start `file`; None if it has mistakes. For tests."""
    text = source.text
    tokens: list[Token] = []
    pieces = pieces_of(text)
    problems: list[Diagnostic] = []
    for piece in pieces:
        tokens.extend(chain_ifs(tokens_of_piece(text, piece, problems))[:-1])
    tokens.append(Token(END, "", len(text), len(text)))
    nodes = run(tokens, "file")
    if isinstance(nodes, Failure) or problems:
        return None
    assert isinstance(nodes, list)
    cards = []
    left = iter(zip(pieces, nodes, strict=True))
    slices = slices_of(text)
    for cut in slices:
        lines = [_line(text, piece, node) for piece, node in (next(left) for _ in cut.pieces)]
        cards.append(s.Card(Span(cut.start, cut.end), assemble(lines, problems)))
    rest = slices[-1].end if slices else 0
    if rest < len(text):
        cards.append(s.Card(Span(rest, len(text)), None))
    return s.File(tuple(cards)) if not problems else None


def tokens_of_piece(text: str, piece: Piece, problems: list[Diagnostic]) -> list[Token]:
    """The tokens of a piece, as the parser takes them."""
    tokens = tokens_of(text, piece.start, piece.end, bool(piece.word), problems)
    if piece.in_settings:  # inside a line of settings these are no keywords of orders: `limit direction short`
        tokens = [t._replace(kind="NAME") if t.text in ("limit", "short") and t.kind != LEAD else t for t in tokens]
    return tokens


def read_card(text: str, cut: Slice) -> Read:
    """A card read on its own: nothing outside it changes what it says."""
    problems: list[Diagnostic] = []
    groups: list[tuple[int, list[Line]]] = [(cut.start, [])]
    for piece in cut.pieces:
        own: list[Diagnostic] = []
        for line in _read_piece(text, piece, own):
            if line.cut is not None and groups[-1][1]:
                groups.append((line.cut, []))
            groups[-1][1].append(line)
        problems.extend(own)
    ends = [start for start, _ in groups[1:]] + [cut.end]
    cards = [
        s.Card(Span(start, end), assemble(lines, problems) if lines else None)
        for (start, lines), end in zip(groups, ends, strict=True)
    ]
    return Read(cut.start, tuple(cards), tuple(problems))


def _line(text: str, piece: Piece, node: Any) -> Line:
    doc = doc_of(text, piece)
    if doc and hasattr(node, "doc"):
        node = replace(node, doc=doc)
    start = piece.start
    return Line(piece.word, getattr(node, "span", Span(start, start + len(piece.word))), node)


# Slips after which what follows on the line is guesswork.
_DERAILING = frozenset(("E0123", "E0128", "E0129", "E0119"))
_GUESSES = frozenset(("E0110", "E0114", "E0121", "E0122", "E0123", "E0124"))
_GUESSED = frozenset(("E0110", "E0111", "E0116", "E0122", "E0124", "E0127"))  # what is then no mistake of its own


def _read_piece(text: str, piece: Piece, problems: list[Diagnostic]) -> Iterator[Line]:
    """A piece as lines: one, or more where a line was found to begin inside it."""
    deep = too_deep(text, piece.start, piece.end)
    if deep is not None:  # not worth reading: what it defines is told by its beginning
        problems.append(_nested(text, deep))
        yield Line(
            piece.word,
            Span(piece.start, piece.start + len(piece.word)),
            _salvage(text, piece.word, _beginning(text, piece)),
            True,
        )
        return
    slips: list[Diagnostic] = []
    tokens = tokens_of_piece(text, piece, slips)
    unclosed = [slip for slip in slips if slip.code == "E0123" and not any(fix.safe for fix in slip.fixes)]
    if unclosed:  # a quote without its partner: words outside quotes and quotes around words are one mistake
        ends = _line_end(text, unclosed[0].span.start)
        begins_at = _line_start(text, unclosed[0].span.start)
        slips = [slip for slip in slips if slip is unclosed[0] or not begins_at <= slip.span.start < ends]
    problems.extend(slips[:_MOST_SLIPS])
    quiet = any(slip.code in _DERAILING for slip in slips)
    word, doc = piece.word, doc_of(text, piece)
    cuts, guessed = 0, -_BACK_ON_TRACK - 1
    in_settings = piece.in_settings
    begins: int | None = None  # where a statement found inside this piece has its card begin
    while True:
        cut: int | None = None
        lead = ""
        node: Any = None
        broken = True
        read = tokens
        for _ in range(_MOST_MENDS):
            result = run(chain_ifs(read), "line")
            if not isinstance(result, Failure):
                node, broken = result, False
                break
            joined = chain_ifs(read)
            mended = mend(text, joined, result, in_settings)
            same = [slip for slip in problems if slip.code in _OF_WORDS and slip.span.start == mended.problem.span.start]
            if same and mended.problem.code == "E0123":  # `trade SPY`: the capitals were no mistake
                problems[:] = [
                    slip for slip in problems if not (slip.code == "E0115" and _within(slip.span, mended.problem.span))
                ]
                same = []
            near = quiet or result.index - guessed <= _BACK_ON_TRACK
            derailed = near and (mended.problem.code in _GUESSED or bool(unclosed))
            if not derailed and not same and not mended.silent:
                problems.append(mended.problem)
                if not any(fix.safe for fix in mended.problem.fixes):
                    _drop_currencies(text, problems, mended.problem.span.start, read[-1].start)
            if mended.problem.code in _GUESSES:
                guessed = result.index
            if mended.cut is not None and cuts == _MOST_CUTS:
                break
            if mended.cut is not None:
                cuts += 1
                at = joined[mended.cut - 1].end if mended.cut else joined[0].start
                read, rest = [*joined[: mended.cut], Token(END, "", at, at)], joined[mended.cut :]
                cut, lead = mended.cut, mended.lead
                if len(read) == 1:
                    break
                continue
            if mended.tokens is None:
                _drop_capitals(problems, mended.problem.span.start, read[-1].start)
                break
            read = mended.tokens
        if broken:
            node = _salvage(text, word, read)
        elif len(read) > MAX_DEPTH and _depth(node) > MAX_DEPTH:
            problems.append(_nested(text, _deepest(node).span))
            node, broken = _salvage(text, word, read), True
        elif any(slip.code == "E0119" or not any(fix.safe for fix in slip.fixes) for slip in problems):
            node = _doubted(node)  # of `a // b` the rest is not there
        if doc and hasattr(node, "doc"):
            node = replace(node, doc=doc)
        if len(read) > 1 or cut is None:
            yield Line(word, getattr(node, "span", Span(read[0].start, read[0].end)), node, broken, begins)
        if cut is None:
            return
        first = rest[0]
        doc = ""
        if not lead:
            yield Line(first.text, Span(first.start, first.end), None, True)
            return
        word = lead
        in_settings = word == "settings" or (in_settings and word in SETTINGS_WORDS)
        if word in STATEMENT_WORDS:
            line_start = _line_start(text, first.start)
            begins = line_start if not text[line_start : first.start].strip(" \t") else first.start
        if lead == first.text or lead != "let" or rest[1].kind != "EQUAL":
            tokens = [Token(LEAD, lead, first.start, first.end), *rest[1:]]
        else:
            tokens = [Token(LEAD, lead, first.start, first.start), *rest]
        # A guess at what leads the line must not be blamed on the author twice.
        quiet = quiet or lead != first.text
        guessed -= cut  # places are counted anew


def _nested(text: str, span: Span) -> Diagnostic:
    """What to say of an expression that is too deep."""
    shown = shortened(text[span.start : span.end])
    return Diagnostic(
        "E0601", span, f"`{shown}` nests expressions more than {MAX_DEPTH} deep.", hint="Name parts of it with `let`."
    )


_BEGINNING = 400  # characters of a line that is not read


def _beginning(text: str, piece: Piece) -> list[Token]:
    """The first tokens of a line, its end after them."""
    tokens = tokens_of(text, piece.start, min(piece.end, piece.start + _BEGINNING), bool(piece.word), [])
    return [*tokens[:-1], Token(END, "", piece.end, piece.end)]


_OF_WORDS = ("E0115", "E0128")  # slips inside a word, which is a word all the same


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    return min((end for end in (text.find("\n", at), text.find("\r", at)) if end >= 0), default=len(text))


def _drop_currencies(text: str, problems: list[Diagnostic], start: int, end: int) -> None:
    """Past a mistake that may have torn a unit from its number, the unit's capitals are no second one."""
    problems[:] = [
        slip
        for slip in problems
        if not (
            slip.code == "E0115"
            and start < slip.span.start < end
            and re.fullmatch("[A-Z]{3,5}|R", text[slip.span.start : slip.span.end])
        )
    ]


def _drop_capitals(problems: list[Diagnostic], start: int, end: int) -> None:
    """Past a mistake a currency's capitals are no second one."""
    problems[:] = [slip for slip in problems if not (slip.code == "E0115" and start < slip.span.start < end)]


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _salvage(text: str, word: str, tokens: list[Token]) -> Any:
    """What a line that could not be read still tells: the names it defines, the order it makes. Else None."""
    span = Span(tokens[0].start, tokens[-1].start)
    error = s.ErrorExpr(span)
    names = [t for t in tokens[1:2] if t.kind in ("WORD", "NAME")]
    name = s.Ident(Span(names[0].start, names[0].end), names[0].text) if names else None
    verb_span = Span(tokens[0].start, tokens[0].end)
    match word:
        case "when":
            return s.When(span, error, ())
        case "let" if name is not None:
            return s.Let(span, name, error)
        case "remember" if name is not None:
            return s.Remember(span, name, error, error)
        case "input" if name is not None:
            return s.Input(span, name, error)
        case "define" if name is not None:
            block = is_block(text, Piece(word, span.start, span.start, span.end))
            params = tuple(s.Param(p.span, p, None) for p in _params(tokens))
            return s.Define(span, name, params, (), () if block else (s.Output(span, None, error),))
        case "give":
            return (s.Output(span, None, error),)
        case "buy" | "sell" | "short" | "cover":
            return s.OrderAction(span, word, verb_span, s.SizeAmount(span, error), None, None)
        case "stop":
            return s.Attached(span, "stop_at", error)
        case "take":
            return s.Attached(span, "target_at", error)
        case "trail":
            return s.Attached(span, "trail", error)
        case "expire":
            return s.Attached(span, "expire", error)
        case "exit":
            return s.ExitAction(span, None, None, None)
        case "protect":
            return s.ProtectAction(span, None, None)
        case "settings":
            return s.Settings(span, ())
        case "test":
            return s.Test(span, s.TextLiteral(span, ""))
        case "strategy":
            return s.Strategy(span, s.TextLiteral(span, ""))
        case "library":
            return s.Library(span, s.TextLiteral(span, ""), 1)
    return None


def _doubted(node: Any) -> Any:
    """A definition that was read by guessing: what its name is worth is not known, so no use of it is judged."""
    match node:
        case s.Let():
            return replace(node, value=s.ErrorExpr(node.value.span))
        case s.Remember():
            return replace(node, next=s.ErrorExpr(node.next.span), first=s.ErrorExpr(node.first.span))
        case s.Input():
            return replace(node, default=s.ErrorExpr(node.default.span))
        case s.Define():
            return replace(node, outputs=tuple(replace(o, value=s.ErrorExpr(o.value.span)) for o in node.outputs))
        case _:
            return node


def _params(tokens: list[Token]) -> Iterator[s.Ident]:
    """The parameter names of a `define` that could not be read."""
    for before, token in itertools.pairwise(tokens):
        if before.kind in ("LPAR", "COMMA") and token.kind == "WORD":
            yield s.Ident(Span(token.start, token.end), token.text)
        if token.kind == "RPAR":
            return


def _deepest(node: Any) -> Any:
    """The expression of a line that nests deepest: the outermost one."""
    return max(_outermost(node), key=_depth)


def _outermost(node: Any) -> Iterator[Any]:
    if isinstance(node, s.Expr):
        yield node
    elif isinstance(node, tuple):
        for part in node:
            yield from _outermost(part)
    elif hasattr(node, "__dataclass_fields__") and not isinstance(node, Span):
        for f in fields(node):
            yield from _outermost(getattr(node, f.name))


def _depth(node: Any) -> int:
    """How deep nodes nest. Needs no recursion, so any depth can be told."""
    deepest, todo = 0, [(node, 0)]
    while todo:
        value, depth = todo.pop()
        if isinstance(value, tuple):
            todo.extend((part, depth) for part in value)
        elif hasattr(value, "__dataclass_fields__") and not isinstance(value, Span):
            # A chain of `else if` is as deep as it is long: each condition decides about all that follows.
            depth += len(value.branches) if isinstance(value, s.If) else 1
            deepest = max(deepest, depth)
            todo.extend((getattr(value, f.name), depth) for f in fields(value))
    return deepest
