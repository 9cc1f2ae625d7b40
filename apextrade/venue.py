"""Venue profiles: what a broker or exchange charges and allows, for what neither the program nor the run says.

A profile is a TOML file, one of apextrade/venues or the user's own: `title`, `as_of`, `shorts`, `[settings]` with values as the language writes them,
`[sources]`, `unknown` (costs that the venue has and the profile does not know) and the facts `tick`, `lot`, `min_notional` under
`[instruments.SYMBOL]`, or under `[facts]` for all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path

from apextrade.settings import FIELDS
from compiler.diagnostics import CompileError
from compiler.inputs import InputError
from compiler.pipeline import compile_text
from compiler.plan import Account
from compiler.program import Program
from stdlib.library import load

FOLDER = Path(__file__).with_name("venues")
OF_ACCOUNT = {"commission": FIELDS["commission"], "slippage": FIELDS["slippage"], "margin": ("margin",)}
OF_TERMS = {
    "maintenance": ("maintenance",),
    "borrow": ("borrow",),
    "interest": ("interest",),
    "funding": ("funding", "funding_every"),
    "maker": ("maker",),
}
FACTS = ("tick", "lot", "min_notional")
KEYS = ("title", "as_of", "shorts", "unknown", "settings", "sources", "facts", "instruments")


@dataclass(frozen=True, slots=True)
class Venue:
    """A profile that has been read. settings: by their word, as the language writes their value. facts: of every instrument; instruments: by symbol. text: the
    file, which can be read again elsewhere."""

    name: str
    title: str
    as_of: str
    shorts: bool
    settings: Mapping[str, str]
    sources: Mapping[str, str]
    unknown: tuple[str, ...]
    facts: Mapping[str, float]
    instruments: Mapping[str, Mapping[str, float]]
    text: str = field(repr=False)

    def fact(self, name: str, symbol: str) -> float | None:
        """A fact of an instrument; None where the profile does not know it. `BTC/USDT` and `BTC-USDT` are BTCUSDT."""
        return self.instruments.get(_plain(symbol), {}).get(name, self.facts.get(name))

    def used(self, program: Program, given: Mapping[str, object]) -> dict[str, str]:
        """The settings that come from the profile: neither a line of the program nor the run says them."""
        own = {line.key.name for block in program.typed.names.settings for line in block.lines}
        own |= {name for name, value in given.items() if value is not None}
        if "commission" in own:
            own.add("maker")  # a commission of one's own is one for every fill, unless one says otherwise
        settings = self.settings if self.shorts else {**self.settings, "limit direction": "long"}
        return {name: text for name, text in settings.items() if name not in own}

    def account(self, program: Program, account: Account, given: Mapping[str, object], tick: float) -> Account:
        """The account with the profile's settings where nothing else says them. Raises InputError for what does not go together."""
        used = self.used(program, given)
        read = self._read(used, account.currency, tick)
        changes = {field: getattr(read, field) for name in used for field in OF_ACCOUNT.get(name, ())}
        terms = {field: getattr(read.terms, field) for name in used for field in OF_TERMS.get(name, ())}
        if "limit direction" in used:
            changes["direction"] = "long"
        account = replace(account, **changes, terms=replace(account.terms, **terms))
        if account.terms.maintenance >= account.margin:
            raise InputError(
                f"The venue {self.name} and the program do not go together: a maintenance of {100 * account.terms.maintenance:g}% is not below a margin of "
                f"{100 * account.margin:g}%. Set both in the program."
            )
        return account

    def _read(self, used: Mapping[str, str], currency: str, tick: float) -> Account:
        lines = [f"  capital 1 {currency}", *(f"  {name} {text}" for name, text in used.items())]
        try:
            return (
                compile_text('apx 1\nstrategy "venue"\nsettings\n' + "\n".join(lines) + "\n", load())
                .plan({}, tick, "backtest")
                .account
            )
        except CompileError as error:
            said = next(d for d in error.diagnostics if d.severity == "error")
            raise InputError(f"The venue {self.name}: {said.message}{f' {said.hint}' if said.hint else ''}") from None

    def notes(self, program: Program, given: Mapping[str, object]) -> Iterator[str]:
        """What a result says of the profile: what was taken from it, where that is from, and what it does not know."""
        used = self.used(program, given)
        taken = ", ".join(f"{name} {text}" for name, text in used.items()) or "nothing, since program and run say it all"
        where = ", ".join(dict.fromkeys(self.sources[name] for name in used if name in self.sources))
        yield f"Venue {self.title}, as of {self.as_of}: {taken}.{f' Source: {where}.' if where else ''}"
        own = {line.key.name for block in program.typed.names.settings for line in block.lines}
        missing = [name for name in self.unknown if name not in own]
        if missing:
            words = " and ".join(f"`{name}`" for name in missing)
            yield f"The profile of {self.title} does not know {words}, which the venue has: nothing is charged or forced for it until the program sets it."


VenueName = str | PathLike[str]
"""How a profile is named: `kraken`, or a file of one's own; '' for none."""


def known_facts(venue: Venue | None, symbol: str, given: Mapping[str, float | None]) -> dict[str, float]:
    """The facts of an instrument that are known: those that are given, else those of the venue."""
    known = {name: value for name, value in given.items() if value is not None}
    if venue is None:
        return known
    of_venue = {name: value for name in FACTS if (value := venue.fact(name, symbol)) is not None}
    return of_venue | known


def asked_venue(name: VenueName) -> Venue | None:
    """A profile where one is named. Raises InputError."""
    return open_venue(name) if name else None


def open_venue(name: VenueName) -> Venue:
    """A profile by its name, or from the user's own file. Raises InputError for one that is not there or says what no profile can say."""
    text = str(name)
    path = FOLDER / f"{text.lower()}.toml" if not text.endswith(".toml") else Path(text)
    there = sorted(file.stem for file in FOLDER.glob("*.toml"))
    if not path.is_file():
        raise InputError(f"There is no venue {text}; there are {', '.join(there)}, and a profile of your own as FILE.toml.")
    try:
        return read_venue(path.stem, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(f"The venue {text} cannot be read: {error}.") from None


def read_venue(name: str, text: str) -> Venue:
    """A profile from its text. Raises InputError for one that says what no profile can say."""
    try:
        found: Mapping[str, object] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"The venue {name} cannot be read: {error}.") from None
    strange = [key for key in found if key not in KEYS]
    if strange:
        raise InputError(f"The venue {name} has `{strange[0]}`, which no profile has; there are {', '.join(KEYS)}.")
    settings = {key: _text(name, key, value) for key, value in _table(name, found, "settings").items()}
    other = [key for key in settings if key not in (*OF_ACCOUNT, *OF_TERMS)]
    if other:
        raise InputError(f"The venue {name} sets `{other[0]}`; a profile sets {', '.join((*OF_ACCOUNT, *OF_TERMS))}.")
    if "commission" not in settings:
        raise InputError(f'The venue {name} says no commission; write `commission = "0%"` if it takes none.')
    shorts, unknown = found.get("shorts"), found.get("unknown", [])
    if not isinstance(shorts, bool):
        raise InputError(f"The venue {name} must say whether it allows shorts: `shorts = true` or `shorts = false`.")
    if not isinstance(unknown, list) or any(key not in (*OF_ACCOUNT, *OF_TERMS) for key in unknown):
        raise InputError(f'`unknown` of the venue {name} is a list of settings such as ["borrow"].')
    each = _table(name, found, "instruments")
    return Venue(
        name,
        _text(name, "title", found.get("title", name)),
        _text(name, "as_of", found.get("as_of", "an unknown day")),
        shorts,
        settings,
        {key: _text(name, key, value) for key, value in _table(name, found, "sources").items()},
        tuple(unknown),
        _facts(name, _table(name, found, "facts")),
        {_plain(symbol): _facts(name, _table(name, each, symbol)) for symbol in each},
        text,
    )


def _table(name: str, found: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = found.get(key, {})
    if not isinstance(value, Mapping):
        raise InputError(f"`{key}` of the venue {name} must be a table.")
    return value


def _text(name: str, key: str, value: object) -> str:
    if not isinstance(value, str) or "\n" in value or "\r" in value:
        raise InputError(f'`{key}` of the venue {name} must be a text of one line, such as "0.1%"; this is {value!r}.')
    return value


def _facts(name: str, found: Mapping[str, object]) -> dict[str, float]:
    facts = {}
    for key, value in found.items():
        known = key in FACTS and isinstance(value, (int, float)) and not isinstance(value, bool)
        if not known or not 0 < float(value) < float("inf"):  # type: ignore[arg-type]
            raise InputError(
                f"`{key}` of the venue {name}: the facts are {', '.join(FACTS)}, each a number above zero; this is {value!r}."
            )
        facts[key] = float(value)  # type: ignore[arg-type]
    return facts


def _plain(symbol: str) -> str:
    return re.sub(r"[/\-_ ]", "", symbol).upper()
