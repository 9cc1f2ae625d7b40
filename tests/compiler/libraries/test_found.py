"""Finding libraries: what is absent, double, in a ring, of two versions, mistaken or no longer what was locked is said, once."""

from __future__ import annotations

import pytest

from apextrade.render import as_text
from compiler.diagnostic_json import diagnostic_json
from compiler.diagnostics import CompileError, Diagnostic
from compiler.libraries.port import LibraryText, Lock, Shelf, content_hash
from compiler.pipeline import Checked, check, compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "T"\ntrade "AAPL" every 1d\n'


def texts(**libraries: str) -> Shelf:
    """Libraries A, B … by letter, `a2` for version 2 of A, each with lines of its own."""
    made = []
    for name, lines in libraries.items():
        title, version = name[0].upper(), int(name[1:] or 1)
        made.append(LibraryText(f'apx 1\nlibrary "{title}" version {version}\n{lines}\n', f"{name}.apx"))
    return Shelf(tuple(made))


def checked(body: str, shelf: Shelf | None) -> Checked:
    return check(HEAD + body + "\n", load(), "program.apx", shelf)


def errors(body: str, shelf: Shelf | None) -> list[Diagnostic]:
    return [d for d in checked(body, shelf).diagnostics if d.severity == "error"]


def only(body: str, shelf: Shelf | None) -> Diagnostic:
    (error,) = errors(body, shelf)
    return error


def test_a_text_without_a_place_says_so() -> None:
    error = only('use "A" version 1\nplot f(close)', None)
    assert (error.code, error.message) == (
        "E0220",
        'There is no place to look for the library "A" version 1: this text is not in a file.',
    )


def test_an_absent_version_names_those_that_are_there_and_a_near_title_is_offered() -> None:
    shelf = texts(a="define f(x) = x", a2="define f(x) = x", a5="define f(x) = x")
    error = only('use "A" version 4 as a\nplot a.f(close)', shelf)
    assert error.message == 'There is no version 4 of the library "A"; there are 1, 2 and 5.'
    assert error.fixes[0].edits[0].text == 'use "A" version 2 as a'
    bands = Shelf((LibraryText('apx 1\nlibrary "Bands" version 1\ndefine f(x) = x\n', "bands.apx"),))
    assert only('use "Band" version 1 as a\nplot a.f(close)', bands).hint == 'Did you mean "Bands"?'


def test_a_mistake_in_a_library_is_shown_in_its_own_text_and_at_the_line_that_uses_it() -> None:
    shelf = texts(a="\ndefine f(x) = smaa(x, 3)\ndefine g(x) = close + volume")
    result = checked('use "A" version 1\nplot f(close), g(close), h(close)', shelf)
    at_use, *inside = result.diagnostics
    assert (at_use.code, at_use.source) == ("E0222", None)
    assert at_use.message == 'The library "A" version 1 can\'t be used: it has 2 mistakes.'
    assert at_use.hint == "The first is in a.apx, line 4: There is no function `smaa`."
    assert [d.code for d in inside if d.source is None] == []  # that there is no `h` may be one of them
    own = [d for d in inside if d.source is not None]
    assert [(d.code, d.source.name if d.source else "") for d in own] == [("E0202", "a.apx"), ("E0301", "a.apx")]
    assert "--> a.apx:4:15\n4 | define f(x) = smaa(x, 3)\n" in as_text(own[0], result.source)
    assert diagnostic_json(own[0], result.source)["file"] == "a.apx"
    assert diagnostic_json(own[0], result.source)["range"]["start"] == {"line": 3, "character": 14}


def test_a_mistake_far_down_is_said_once_and_at_the_programs_line() -> None:
    shelf = texts(
        a='use "B" version 1 as b\ndefine f(x) = b.g(x)',
        b='use "C" version 1 as c\ndefine g(x) = c.h(x)',
        c="define h(x) = x + 1%%",
    )
    found = checked('use "A" version 1 as a\nuse "C" version 1 as c\nplot a.f(close), c.h(close)', shelf).diagnostics
    assert [(d.code, d.source.name if d.source else "") for d in found if d.source is None] == [("E0222", ""), ("E0222", "")]
    assert {d.source.name for d in found if d.source is not None} == {"c.apx"}
    assert found[0].message.endswith("in a library that it uses.")


def test_a_ring_names_its_members() -> None:
    shelf = texts(
        a='use "B" version 1 as b\ndefine f(x) = b.g(x)',
        b='use "C" version 1 as c\ndefine g(x) = c.h(x)',
        c='use "A" version 1 as a\ndefine h(x) = a.f(x)',
    )
    at_use, ring = errors('use "A" version 1 as a\nplot a.f(close)', shelf)
    assert (at_use.code, ring.code) == ("E0222", "E0226")
    assert (
        ring.message
        == 'Libraries use each other in a ring: "A" version 1 uses "B" version 1 uses "C" version 1 uses "A" version 1.'
    )
    assert ring.source is not None
    assert ring.source.name == "c.apx"


def test_a_library_checked_by_itself_finds_the_ring_it_is_in() -> None:
    shelf = texts(b='use "A" version 1 as a\ndefine g(x) = a.f(x)')
    found = check(
        'apx 1\nlibrary "A" version 1\nuse "B" version 1 as b\ndefine f(x) = b.g(x)\n', load(), "a.apx", shelf
    ).diagnostics
    assert [d.code for d in found] == ["E0222", "E0226"]


def test_two_versions_are_refused_with_the_way_each_came() -> None:
    shelf = texts(
        a='use "C" version 1 as c\ndefine f(x) = c.h(x)', b='use "D" version 1 as d\ndefine g(x) = d.k(x)',
        c="define h(x) = x", c2="define h(x) = x", d='use "C" version 2 as c\ndefine k(x) = c.h(x)',
    )  # fmt: skip
    error = only('use "A" version 1 as a\nuse "B" version 1 as b\nplot a.f(close), b.g(close)', shelf)
    assert error.message == (
        'Two versions of "C" are used: version 1 by way of "A" version 1 and version 2 by way of "B" version 1, which uses "D" version 1.'
    )
    assert [label.text for label in error.labels] == ["brings in version 1"]
    one = only('use "C" version 1 as c\nuse "C" version 2 as d\nplot c.h(close), d.h(close)', shelf)
    assert (one.code, one.message) == ("E0225", 'Two versions of "C" are used: 1 and 2.')


def test_one_library_by_two_ways_is_one_library() -> None:
    shelf = texts(
        a='use "C" version 1 as c\ndefine f(x) = c.h(x)', b='use "C" version 1 as c\ndefine g(x) = c.h(x)', c="define h(x) = x"
    )
    program = compile_text(
        HEAD + 'use "A" version 1 as a\nuse "B" version 1 as b\nplot a.f(close), b.g(close)\n', load(), resolver=shelf
    )
    assert [m.title for m in program.libraries] == ["A", "B", "C"]


def test_a_collision_cites_both_places_and_its_fix_leaves_only_what_it_says() -> None:
    shelf = texts(a="define f(x) = x\ndefine g(x) = x", b="define f(x) = x")
    error = only('use "A" version 1\nuse "B" version 1\nplot f(close), g(close)', shelf)
    assert error.message == '`f` has two meanings: "B" version 1 brings it in, and "A" version 1 gives it on line 4.'
    assert error.hint == 'Write `use "B" version 1 as lib`, and then `lib.f` for the library\'s.'
    fixed = HEAD + 'use "A" version 1\nuse "B" version 1 as lib\nplot f(close), g(close), lib.f(open)\n'
    assert compile_text(fixed, load(), resolver=shelf).diagnostics[0].code == "W0503"


def test_chains_of_libraries_end_before_python_does() -> None:
    chain = [
        LibraryText(f'apx 1\nlibrary "L{i}" version 1\nuse "L{i + 1}" version 1 as l\ndefine f(x) = l.f(x)\n', f"l{i}.apx")
        for i in range(400)
    ]
    found = errors('use "L0" version 1 as l\nplot l.f(close)', Shelf(tuple(chain)))
    assert [d.code for d in found] == ["E0222", "E0605"]


LOCKED = texts(a='use "B" version 1 as b\ndefine f(x) = b.g(x)', b="define g(x) = x")


def locked(**hashes: str) -> Shelf:
    known = {"a": content_hash(LOCKED.texts[0].text), "b": content_hash(LOCKED.texts[1].text)} | hashes
    return Shelf(LOCKED.texts, Lock({(name.upper(), 1): value for name, value in known.items() if value}, "program.lock"))


def test_what_the_lock_holds_is_taken_and_what_it_does_not_is_refused() -> None:
    body = 'use "A" version 1 as a\nplot a.f(close)'
    assert errors(body, locked()) == []
    assert only(body, locked(b="0" * 64)).message == (
        'The library "B" version 1 (b.apx), which "A" version 1 uses, has changed since it was locked in program.lock.'
    )
    assert (
        only(body, locked(a="0" * 64)).message
        == 'The library "A" version 1 (a.apx) has changed since it was locked in program.lock.'
    )
    assert only(body, locked(a="")).message == 'The library "A" version 1 (a.apx) is not in the lock program.lock.'


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ("define f(x) = x\nlet k = 3\nlet j = k * 2", []), ('let name = "x"\nlet t = true\nlet d = -2%', []), ("let m = sma(close, 3)", ["E0223"]),
        ("let m = close", ["E0223"]), ("let a = b\nlet b = a", ["E0205"]), ("input n = 3", ["E0106"]), ('trade "A" every 1d', ["E0106"]),
        ("when close > open\n  exit position", ["E0106"]), ("remember x = x + 1 initially 0", ["E0106"]), ("settings\n  capital 1_000 USD", ["E0106"]),
        ("plot close", ["E0106"]), ("require 1 < 2", ["E0106"]), ('alert when close > open "x"', ["E0106"]), ("define sma(x) = x", ["E0204"]),
        ("define f(x) = x\ndefine f(y) = y", ["E0203"]), ("let f = 2\ndefine f(y) = y", ["E0203"]), ("define f(x) = position.size * x", ["E0215"]),
        ("let k = 3\ndefine f(x) = x * k\ndefine g(x) = f(x) + kk", ["E0201"]), ("define f(x) = f(x)", ["E0217"]), ("define f(n = close + volume) = n", ["E0301"]),
        ("let k = 3\ndefine f(x) = k(x)", ["E0211"]), ("define f(k) = k + 1\nlet k = 4", []),
    ],
)  # fmt: skip
def test_a_library_is_checked_by_the_rules_of_libraries(lines: str, codes: list[str]) -> None:
    found = check(f'apx 1\nlibrary "L" version 1\n{lines}\n', load(), "l.apx").diagnostics
    assert [d.code for d in found if d.severity == "error"] == codes


def test_a_compile_error_for_a_libraries_mistake_names_the_use() -> None:
    with pytest.raises(CompileError, match="E0222"):
        compile_text(HEAD + 'use "A" version 1\nplot f(close)\n', load(), resolver=texts(a="define f(x) = y"))
