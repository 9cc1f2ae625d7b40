"""Where the statements of the next version stand: only the text around an edit is cut into statements again."""

from __future__ import annotations

from compiler.bounds import MOST_CHARACTERS, MOST_LINES, MOST_WORDS, lines_and_words
from compiler.editing.cells import Cell, Layout, Reader
from compiler.text.slices import Slice, slices_of
from compiler.words import STATEMENT_WORDS

_AROUND = 2
"""So many statements on each side of an edit are cut again with it: a line may have joined the one before, or set free the one after."""


def lay_out(text: str, last: Layout | None, reader: Reader) -> Layout:
    """The cells of a text. Those of the last version whose text is still there are taken over."""
    if last is None or not last.cells:
        slices = slices_of(text)
        return Layout(tuple(reader.read(text, cut) for cut in slices), tuple(cut.start for cut in slices), text)
    cells, starts = last.cells, last.starts
    before = 0
    while before < len(cells) and text.startswith(cells[before].text, starts[before]):
        before += 1
    old_end = starts[-1] + len(cells[-1].text)
    moved = len(text) - len(last.text)
    after = len(cells)
    if old_end + moved >= 0 and text[old_end + moved :] == last.text[old_end:]:
        while after > before and starts[after - 1] + moved >= (starts[before - 1] + len(cells[before - 1].text) if before else 0):
            if not text.startswith(cells[after - 1].text, starts[after - 1] + moved):
                break
            after -= 1
    first = max(before - _AROUND, 0)
    while first > 0 and not (cells[first].word in STATEMENT_WORDS and cells[first - 1].word in STATEMENT_WORDS):
        first -= 1
    at = starts[first]
    around = _AROUND
    while True:
        last_one = min(after + around, len(cells))
        end = starts[last_one] + moved if last_one < len(cells) else len(text)
        slices = slices_of(text[at:end])
        if last_one == len(cells) or _goes_on(text, at, end, slices, cells[after:last_one]):
            break
        around *= 4
    pool: dict[str, list[Cell]] = {}
    for cell in reversed(cells[first:last_one]):
        pool.setdefault(cell.text, []).append(cell)
    fresh = []
    for cut in slices:
        same = pool.get(text[at + cut.start : at + cut.end])
        fresh.append(same.pop() if same else reader.read(text[at:end], cut))
    return Layout(
        (*cells[:first], *fresh, *cells[last_one:]),
        (*starts[:first], *(at + cut.start for cut in slices), *(start + moved for start in starts[last_one:])),
        text,
    )


def too_long(layout: Layout) -> bool:
    """Whether a text may have more characters, lines or words than are read; what stands after the last statement is counted anew."""
    text = layout.text
    if len(text) <= MOST_LINES:
        return False
    end = layout.starts[-1] + len(layout.cells[-1].text) if layout.cells else 0
    sizes = [lines_and_words(text[end:]), *(cell.size for cell in layout.cells)]
    lines, words = sum(size[0] for size in sizes), sum(size[1] for size in sizes)
    return len(text) > MOST_CHARACTERS or lines > MOST_LINES or words > MOST_WORDS


def _goes_on(text: str, at: int, end: int, slices: list[Slice], kept: tuple[Cell, ...]) -> bool:
    """Whether the last statements cut are those that stood there, so that what follows is cut as it was."""
    count = len(kept)
    if len(slices) < count or at + slices[-1].end != end:
        return False
    last = slices[len(slices) - count :]
    if any(text[at + cut.start : at + cut.end] != cell.text for cut, cell in zip(last, kept, strict=True)):
        return False
    return all(cut.pieces[0].word in STATEMENT_WORDS for cut in last)
