"""What must hold of a file's statements together: the edition first, headers once, in a library only what it may hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler import syntax as s
from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.source import Span
from compiler.text.slices import Piece

EDITION = 1
_ONCE = {"apx", "strategy", "library", "trade", "settings"}
_IN_LIBRARY = {"apx", "library", "use", "define", "let", "test", ""}


def check_heads(pieces: Sequence[Piece], cards: Sequence[s.Card]) -> Iterator[Diagnostic]:
    """What is wrong with the order and number of statements."""
    words = [piece.word for piece in pieces]
    lost = (
        bool(words) and not words[0] and cards[0].statement is None
    )  # what stands first could not be read; it may be the edition
    if "apx" not in words and not lost:
        line = f"apx {EDITION}\n"
        yield Diagnostic(
            "E0101", Span(0, 0), f"The first line says the edition of the language: `apx {EDITION}`.",
            fixes=(Fix(f"add `apx {EDITION}`", (Edit(Span(0, 0), line),), safe=True),),
        )  # fmt: skip
    met: dict[str, Span] = {}
    library = "library" in words
    for index, (piece, card, word) in enumerate(zip(pieces, cards, words, strict=False)):
        span = Span(piece.start, piece.start + len(word))
        if word == "apx" and isinstance(card.statement, s.Edition) and card.statement.number != EDITION:
            yield Diagnostic("E0102", card.statement.span, f"This edition is not known; the newest is {EDITION}.",
                             fixes=(Fix(f"write `apx {EDITION}`", (Edit(card.statement.span, f"apx {EDITION}"),)),))  # fmt: skip
        kind = "strategy" if word == "library" else word
        if word in _ONCE and kind in met:
            what = "A file is one strategy or one library" if kind == "strategy" else f"`{word}` stands once in a file"
            yield Diagnostic("E0104", span, f"{what}; this is the second.", labels=(Label(met[kind], "the first"),))
        elif word == "apx" and index:
            yield Diagnostic("E0103", span, "`apx` stands on the first line.")
        elif library and word not in _IN_LIBRARY:
            yield Diagnostic("E0106", span, f"A library holds `define`, `let`, `use` and `test`; `{word}` belongs in a strategy.")
        met.setdefault(kind, span)
