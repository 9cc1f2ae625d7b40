"""A diagnostic as text for people, as a terminal shows it."""

from __future__ import annotations

from collections.abc import Callable

from compiler.diagnostics import Diagnostic, Label
from compiler.source import Source, Span

_COLOURS = {"error": "\x1b[31m", "warning": "\x1b[33m", "info": "\x1b[36m"}
_BOLD, _BLUE, _OFF = "\x1b[1m", "\x1b[34m", "\x1b[0m"


def as_text(diagnostic: Diagnostic, source: Source, colour: bool = False) -> str:
    """Several lines without a final line feed: what is wrong, where, the lines in question with what is marked in them, the hint.

    colour: with ANSI colours, for a terminal.
    """

    def paint(text: str, *codes: str) -> str:
        return "".join(codes) + text + _OFF if colour and text else text

    source = diagnostic.source or source
    tint = _COLOURS[diagnostic.severity]
    start = source.position(diagnostic.span.start)
    labels = sorted((x for x in diagnostic.labels if x.source is None), key=lambda label: label.span.start)
    numbers = [start.line, *(source.position(label.span.start).line for label in labels)]
    width = len(str(max(numbers) + 1))
    gutter = " " * width
    column = diagnostic.span.start - source.line_starts()[start.line] + 1  # in characters, as a terminal counts
    lines = [
        f"{paint(f'{diagnostic.severity} {diagnostic.code}', _BOLD, tint)}{paint(f': {diagnostic.message}', _BOLD)}",
        f"{gutter}{paint('--> ', _BLUE)}{source.name}:{start.line + 1}:{column}",
    ]
    for index, number in enumerate(sorted(set(numbers))):
        if index and number > sorted(set(numbers))[index - 1] + 1:
            lines.append(paint(f"{gutter} ...", _BLUE))
        marks = [(diagnostic.span, "", "^", tint)] if number == start.line else []
        marks += [(label.span, label.text, "-", _BLUE) for label in labels if source.position(label.span.start).line == number]
        text, cut = _window(source, number, min((span.start for span, *_ in marks), default=0))
        lines.append(f"{paint(f'{number + 1:>{width}} |', _BLUE)} {_visible(text)}".rstrip())
        for span, said, sign, shade in marks:
            lead, length = _extent(source, span, number, text, cut)
            mark = paint(f"{sign * length}{f' {said}' if said else ''}", shade)
            lines.append(f"{paint(f'{gutter} |', _BLUE)} {lead}{mark}")
    for label in (x for x in diagnostic.labels if x.source is not None):
        lines += _elsewhere(label, paint)
    if diagnostic.hint:
        lines.append(f"{gutter} {paint('=', _BLUE)} hint: {diagnostic.hint}")
    lines.extend(f"{gutter} {paint('=', _BLUE)} fix: {fix.title}" for fix in diagnostic.fixes)
    return "\n".join(lines)


def _elsewhere(label: Label, paint: Callable[..., str]) -> list[str]:
    """A place in another text that explains the first: the name of the text, the line, what is marked in it."""
    assert label.source is not None
    place = label.source.position(label.span.start)
    number, gutter = str(place.line + 1), " " * len(str(place.line + 1))
    column = label.span.start - label.source.line_starts()[place.line] + 1
    text, cut = _window(label.source, place.line, label.span.start)
    lead, length = _extent(label.source, label.span, place.line, text, cut)
    mark = paint(f"{'-' * length} {label.text}", _BLUE)
    return [
        f"{gutter}{paint('::: ', _BLUE)}{label.source.name}:{number}:{column}",
        f"{paint(f'{number} |', _BLUE)} {_visible(text)}".rstrip(),
        f"{paint(f'{gutter} |', _BLUE)} {lead}{mark}",
    ]


def _visible(text: str) -> str:
    """A line as it is safe to print: control characters, which a terminal would obey, as a replacement mark."""
    return "".join(ch if ch == "\t" or ch.isprintable() else "\ufffd" for ch in text)


_WIDEST, _BEFORE = 240, 60
"""Characters of a line that are shown, and how many of them stand before its first mark where it is longer."""


def _window(source: Source, line: int, mark: int) -> tuple[str, int]:
    """What is shown of a line, and how many of its characters come before that: all of it, or of an endless one the part around a mark."""
    text = source.line_text(line)
    if len(text) <= _WIDEST:
        return text, 0
    cut = max(0, min(mark - source.line_starts()[line] - _BEFORE, len(text) - _WIDEST))
    shown = text[cut : cut + _WIDEST]
    return ("…" + shown[1:] if cut else shown)[: _WIDEST - 1] + ("…" if cut + _WIDEST < len(text) else shown[-1]), cut


def _extent(source: Source, span: Span, line: int, text: str, cut: int) -> tuple[str, int]:
    """The white space up to a mark under what is shown of a line (tabs kept, so that it lines up), and the mark's length, at least 1."""
    start = source.line_starts()[line] + cut
    begin = max(0, span.start - start)
    end = min(len(text), span.end - start)
    lead = "".join("\t" if ch == "\t" else " " * cells(ch) for ch in text[:begin])
    return lead + " " * max(0, min(begin, _WIDEST) - len(text)), max(1, sum(cells(ch) for ch in text[begin:end]))


def cells(ch: str) -> int:
    """How many terminal cells a character takes, for the wide ranges of East Asian scripts and emoji."""
    if ch < "\u1100":
        return 1
    from unicodedata import east_asian_width

    return 2 if east_asian_width(ch) in "WF" else 1
