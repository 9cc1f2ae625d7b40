"""Loading: the libraries that a program uses, read once each, with every mistake about where they are and how they go together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from compiler import syntax as s
from compiler.diagnostics import Diagnostic, Diagnostics, Edit, Fix, InternalError, Label
from compiler.libraries.head import LibraryHead, library_head
from compiler.libraries.module import Module, all_modules, titled
from compiler.libraries.port import Absent, Ambiguous, LibraryText, Resolver
from compiler.source import Source
from compiler.suggest import closest

MOST_DEEP = 20
"""Libraries may use libraries this many levels deep."""


@dataclass(slots=True)
class Libraries:
    """The libraries of one compilation. `read` makes a module of a text and gives its errors; `told` collects these, each with its source."""

    resolver: Resolver | None
    read: Callable[[Source, LibraryHead, Libraries], tuple[Module, tuple[Diagnostic, ...]]]
    told: list[Diagnostic] = field(default_factory=list)
    path: list[LibraryHead] = field(default_factory=list)  # those being read, each used by the one before
    modules: dict[LibraryHead, Module] = field(default_factory=dict)
    errors: dict[LibraryHead, tuple[Diagnostic, ...]] = field(default_factory=dict)

    def used_by(
        self, source: Source, heading: s.Library | None, uses: list[s.Use], found: Diagnostics
    ) -> Iterator[tuple[s.Use, Module | None]]:
        """Each `use` with its module; None if there is none, and why is reported."""
        outermost = not self.path
        if outermost and heading is not None:
            self.path.append(LibraryHead(heading.title.value, heading.version))
        first: dict[str, s.Use] = {}
        chosen: dict[str, tuple[int, s.Use, str]] = {}  # title -> version, and by what way
        for use in uses:
            title = use.title.value
            if title in first:
                self.twice(use, first[title], found)
                yield use, None
                continue
            first[title] = use
            module = self.module(use, found)
            yield use, module
            if module is not None and module.sound:
                self.versions(use, module, chosen, found)
            elif module is not None and outermost:
                self.mistaken(use, module, found)
        if outermost:
            self.path.clear()

    # ------------------------------------------------------------ one library

    def module(self, use: s.Use, found: Diagnostics) -> Module | None:
        head = LibraryHead(use.title.value, use.version)
        if use.version < 1:
            found.error(
                "E0233", use.span, "A library's version is a whole number from 1 on.",
                f"For example `use \"{head.title}\" version 1`.",
            )  # fmt: skip
            return None
        if head in self.path:
            ring = [titled(h.title, h.version) for h in (*self.path[self.path.index(head) :], head)]
            text = f"{ring[0]} uses itself" if len(ring) == 2 else f"Libraries use each other in a ring: {' uses '.join(ring)}"
            found.error(
                "E0226", use.span, f"{text}.", "Move what both need into a third library.",
                fixes=(Fix("remove this `use`", (Edit(use.span, ""),)),) if len(ring) == 2 else (),
            )  # fmt: skip
            return None
        if head in self.modules:
            return self.modules[head]
        if len(self.path) >= MOST_DEEP:
            found.error(
                "E0605", use.span, f"Libraries use libraries more than {MOST_DEEP} levels deep here.", "Join some of them."
            )
            return None
        given = self.text(use, head, found)
        if given is None:
            return None
        self.path.append(head)
        source = Source(given.text, given.name)
        module, errors = self.read(source, head, self)
        self.path.pop()
        self.errors[head] = tuple(replace(d, source=module.source) for d in errors)
        self.told.extend(self.errors[head])
        self.modules[head] = module
        return module

    def text(self, use: s.Use, head: LibraryHead, found: Diagnostics) -> LibraryText | None:
        shown = titled(head.title, head.version)
        if self.resolver is None:
            found.error(
                "E0220", use.span, f"There is no place to look for the library {shown}: this text is not in a file.",
                "Save it beside the library, or hand the library's text to the compiler with it.",
            )  # fmt: skip
            return None
        match self.resolver.find(head.title, head.version):
            case LibraryText() as text:
                if library_head(text.text) != head:
                    raise InternalError(f"{text.name} was found for {shown}, and begins otherwise")
                return text
            case Ambiguous(names=names):
                found.error(
                    "E0221", use.span, f"Several texts are the library {shown}: {', '.join(names)}.",
                    "Keep one of them, or give the others another title or version.",
                )  # fmt: skip
            case Absent(why=why) if why:
                found.error("E0220", use.span, f"The library {shown} can't be looked for: {why}.")
            case Absent(versions=versions) if versions:
                there = " and ".join(([", ".join(map(str, versions[:-1]))] if versions[1:] else []) + [str(versions[-1])])
                best = max((v for v in versions if v < head.version), default=versions[-1])
                found.error(
                    "E0220", use.span, f"There is no version {head.version} of the library \"{head.title}\"; there {'is' if len(versions) == 1 else 'are'} {there}.",
                    f"Write `version {best}`, or get version {head.version}.", fixes=(self.respelled(use, head.title, best),),
                )  # fmt: skip
            case Absent(titles=titles):
                near = closest(head.title, titles)
                found.error(
                    "E0220", use.span, f"There is no library \"{head.title}\" here.",
                    f'Did you mean "{near}"?' if near else "A library is a file beside the program that begins with `library \"…\" version …`.",
                    fixes=(self.respelled(use, near, head.version),) if near else (),
                )  # fmt: skip
        return None

    def respelled(self, use: s.Use, title: str, version: int) -> Fix:
        alias = f" as {use.alias.name}" if use.alias is not None else ""
        written = f"use {titled(title, version)}{alias}"
        return Fix(f"write `{written}`", (Edit(use.span, written),))

    # ------------------------------------------------------------ several together

    def twice(self, use: s.Use, before: s.Use, found: Diagnostics) -> None:
        title = use.title.value
        label = (Label(before.span, "used here already"),)
        if use.version == before.version:
            found.error(
                "E0232", use.span, f'The library "{title}" is used twice.', "Once is enough.", label,
                (Fix("remove this `use`", (Edit(use.span, ""),)),),
            )  # fmt: skip
        else:
            found.error(
                "E0225", use.span, f'Two versions of "{title}" are used: {before.version} and {use.version}.',
                "Use one of them.", label, (Fix("remove this `use`", (Edit(use.span, ""),)),),
            )  # fmt: skip

    def versions(self, use: s.Use, module: Module, chosen: dict[str, tuple[int, s.Use, str]], found: Diagnostics) -> None:
        """Report the first library that comes in with two versions, each by the way it came."""
        stack: list[tuple[Module, str]] = [(module, "")]
        met: set[tuple[str, int]] = set()
        while stack:
            one, way = stack.pop()
            if (one.title, one.version) in met:
                continue
            met.add((one.title, one.version))
            before = chosen.setdefault(one.title, (one.version, use, way))
            if before[0] != one.version:
                ways = [f"version {v} {f'by way of {w}' if w else 'directly'}" for v, _, w in (before, (one.version, use, way))]
                labels = (Label(before[1].span, f"brings in version {before[0]}"),) if before[1] is not use else ()
                found.error(
                    "E0225", use.span, f'Two versions of "{one.title}" are used: {ways[0]} and {ways[1]}.',
                    f"Use versions of these libraries that agree on one version of \"{one.title}\".", labels,
                )  # fmt: skip
                return
            way = f"{way}, which uses {one.shown()}" if way else one.shown()
            stack.extend((used, way) for used in reversed(one.uses))

    def mistaken(self, use: s.Use, module: Module, found: Diagnostics) -> None:
        """Say at the program's own line that a library, or one that it uses, has mistakes."""
        errors = [d for m in all_modules((module,)) for d in self.errors[LibraryHead(m.title, m.version)]]
        first = errors[0]
        source = first.source or module.source
        place = f"{source.name}, line {source.position(first.span.start).line + 1}"
        few = "a mistake" if len(errors) == 1 else f"{len(errors)} mistakes"
        whose = "" if source is module.source else ", in a library that it uses"
        found.error(
            "E0222", use.span, f"The library {module.shown()} can't be used: it has {few}{whose}.",
            f"The first is in {place}: {first.message}",
        )  # fmt: skip
