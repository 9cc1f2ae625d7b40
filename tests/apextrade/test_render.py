"""Diagnostics as text and as JSON."""

from __future__ import annotations

from apextrade.render import as_text
from compiler.diagnostic_json import diagnostic_json
from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.source import Source, Span

SOURCE = Source('apx 1\n\tlet b = "😀" + 5 brs\nplot b\n', "golden.apx")
AT = SOURCE.text.index("brs")


def problem(**more: object) -> Diagnostic:
    return Diagnostic("E0124", Span(AT, AT + 3), "`brs` is no unit.", **more)  # type: ignore[arg-type]


def test_text_shows_the_line_and_marks_the_place() -> None:
    assert as_text(problem(hint="Say `bars`."), SOURCE) == (
        "error E0124: `brs` is no unit.\n"
        " --> golden.apx:2:18\n"
        '2 | \tlet b = "😀" + 5 brs\n'
        "  | \t                 ^^^\n"
        "  = hint: Say `bars`."
    )


def test_labels_on_other_lines_show_these_lines_too() -> None:
    text = as_text(problem(labels=(Label(Span(0, 3), "the edition"), Label(Span(AT - 2, AT - 1), "this number"))), SOURCE)
    assert text.split("\n")[2:] == [
        "1 | apx 1",
        "  | --- the edition",
        '2 | \tlet b = "😀" + 5 brs',
        "  | \t                 ^^^",
        "  | \t               - this number",
    ]


def test_an_end_of_file_and_an_empty_span_have_a_mark() -> None:
    source = Source("when", "x")
    assert as_text(Diagnostic("E0111", Span(4, 4), "Ends."), source).split("\n")[-1] == "  |     ^"
    assert as_text(Diagnostic("E0101", Span(0, 0), "Empty."), Source("", "x")).split("\n")[-1] == "  | ^"


def test_control_characters_do_not_reach_the_terminal() -> None:
    source = Source("plot \x1b[2J", "x")
    assert "\x1b" not in as_text(Diagnostic("E0128", Span(5, 6), "Bad."), source)


def test_colour_only_where_asked_for() -> None:
    assert "\x1b[31m" in as_text(problem(), SOURCE, colour=True)
    assert "\x1b" not in as_text(problem(), SOURCE)


def test_json_counts_lines_from_0_and_columns_in_utf_16() -> None:
    fix = Fix("Write `bars`", (Edit(Span(AT, AT + 3), "bars"),), safe=True)
    place = {"start": {"line": 1, "character": 18}, "end": {"line": 1, "character": 21}}
    assert diagnostic_json(problem(fixes=(fix,), labels=(Label(Span(0, 3), "here"),)), SOURCE) == {
        "file": "golden.apx",
        "code": "E0124",
        "severity": "error",
        "message": "`brs` is no unit.",
        "range": place,
        "hint": "",
        "labels": [{"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}, "text": "here"}],
        "fixes": [{"title": "Write `bars`", "safe": True, "edits": [{"range": place, "text": "bars"}]}],
    }


def test_of_an_endless_line_the_part_around_the_mark_is_shown() -> None:
    source = Source("plot " + "close + " * 500 + "nothing + " + "close + " * 500 + "1", "x")
    at = source.text.index("nothing")
    lines = as_text(Diagnostic("E0201", Span(at, at + 7), "There is nothing called `nothing` here."), source).split("\n")
    assert all(len(line) < 260 for line in lines)
    assert lines[2][lines[3].index("^") :].startswith("nothing")
    assert lines[3].count("^") == 7
    assert lines[2][4] == lines[2][-1] == "…"
