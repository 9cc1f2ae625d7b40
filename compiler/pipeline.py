"""The whole compiler in one place: text and library in, a program or its mistakes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from compiler import syntax as s
from compiler.base_clock import by_the_run, check_every, take_every
from compiler.bounds import check_length, check_size
from compiler.built import build_program, check_complete
from compiler.cascades import told
from compiler.corrections import corrected
from compiler.currencies import check_currencies
from compiler.diagnostics import CompileError, Diagnostic, Diagnostics
from compiler.editions import retired_edition
from compiler.filetests.check import check_tests
from compiler.inference import Typed, infer
from compiler.inputs import DEFAULT_TICK, check_requirements, input_infos
from compiler.instruments import check_instruments
from compiler.libraries.checking import check_constants, check_lock, read_module, warn_of_unused
from compiler.libraries.linking import link
from compiler.libraries.loading import Libraries
from compiler.libraries.port import Resolver
from compiler.library import FunctionLibrary
from compiler.limits import NO_LIMITS, Limits
from compiler.lints import lint
from compiler.program import Program
from compiler.resolve import resolve
from compiler.source import Source
from compiler.spending import check_limits
from compiler.text.parse import Memo, parse
from compiler.two_currencies import warn_of_mixed_money
from compiler.weighing import weigh


@dataclass(frozen=True, slots=True)
class Checked:
    """What checking a text gives: all its diagnostics in order of place, and the program if none is an error.

    typed: the type of every expression as far as it was found, errors or not; None where checking stopped before.
    read: False where the text is too much to be read at all; the file has then no statements.
    """

    source: Source
    file: s.File
    diagnostics: tuple[Diagnostic, ...]
    program: Program | None
    typed: Typed | None = None
    read: bool = True


def check(
    text: str,
    library: FunctionLibrary,
    name: str = "<text>",
    resolver: Resolver | None = None,
    limits: Limits = NO_LIMITS,
    every: str = "",
    memo: Memo | None = None,
    between: Callable[[], None] = lambda: None,
) -> Checked:
    """Check a text: every stage runs as far as earlier mistakes allow, and each independent mistake is reported once.

    limits: what the program may cost and keep. resolver: where the libraries are that the text uses. Mistakes in one of them come last, each with its own source.
    every: the length of the program's bars in place of the one in its `trade` line. Raises BaseClockError for a text that is none.
    memo: how the statements of the text before this one were read. between: called between the stages; what it raises ends the check.
    """
    checked = _checked(text, library, name, resolver, limits, every, memo, between)
    return checked if checked.program is None else replace(checked, diagnostics=checked.program.diagnostics)


def check_for_errors(
    text: str, library: FunctionLibrary, name: str = "<text>", resolver: Resolver | None = None, memo: Memo | None = None
) -> Checked:
    """What `check` gives, but of a program without errors no diagnostics: its warnings are `program.diagnostics`, which looks for them when it is first asked."""
    return _checked(text, library, name, resolver, NO_LIMITS, "", memo)


def _checked(
    text: str,
    library: FunctionLibrary,
    name: str,
    resolver: Resolver | None,
    limits: Limits,
    every: str,
    memo: Memo | None = None,
    between: Callable[[], None] = lambda: None,
) -> Checked:
    """What `check` gives, but the warnings of a program without errors are found when the program is first asked for them."""
    source, found = Source(text, name), Diagnostics()
    if not check_length(source, found) or not weigh(source, library, found):
        return Checked(source, s.File(()), tuple(found), None, read=False)
    retired = retired_edition(source)
    if retired is not None:
        return Checked(source, parse(source, found), (retired,), None)
    libraries = Libraries(resolver, lambda source, head, libraries: read_module(source, head, library, libraries))
    between()
    linked = link(source, parse(source, found, memo), library, libraries, found)
    between()
    check_lock(linked, resolver.lock if resolver is not None else None, found)
    file = linked.file
    names = resolve(source, linked, library, found)
    take_every(names, every)
    check_every(names, found)
    check_constants(names, found)
    check_instruments(names, found)
    check_currencies(names, found)
    if any(d.code == "E0605" for d in found.found) or not check_size(names, found):
        return Checked(
            source, file, (*(by_the_run(corrected(d, text, names), names) for d in told(source, found)), *libraries.told), None
        )
    between()
    typed = infer(names, found)
    between()
    inputs = input_infos(typed, found)
    defaults = {info.name: info.default for info in inputs}
    check_requirements(typed, defaults, found)
    built = build_program(typed, defaults, DEFAULT_TICK)
    between()
    places = {d.span for d in found.found if d.severity == "error"}
    for diagnostic in built.diagnostics:
        if diagnostic.span not in places:
            found.add(diagnostic)
    if not found.has_errors:
        check_complete(typed, built)
    sound = not found.has_errors
    if sound and limits.any:
        check_limits(limits, Program(source, typed, library, inputs, checked=built).plan(), built, source, found)
    tests = check_tests(typed, inputs, found)

    def reported() -> tuple[Diagnostic, ...]:
        if sound:
            lint(typed, built, inputs, found, between)
            warn_of_mixed_money(names, found)
            warn_of_unused(linked, found)
        return (*(by_the_run(corrected(d, text, names), names) for d in told(source, found)), *libraries.told)

    if found.has_errors:
        return Checked(source, file, reported(), None, typed)
    return Checked(source, file, (), Program(source, typed, library, inputs, tests, built, reported), typed)


def compile_text(
    text: str,
    library: FunctionLibrary,
    name: str = "<text>",
    resolver: Resolver | None = None,
    limits: Limits = NO_LIMITS,
    every: str = "",
) -> Program:
    """The program of a text; raises CompileError with every diagnostic if it has a mistake. resolver, limits, every: as for `check`."""
    checked = _checked(text, library, name, resolver, limits, every)
    if checked.program is None:
        raise CompileError(checked.source, checked.diagnostics)
    return checked.program
