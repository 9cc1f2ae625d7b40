"""What a user wrote into an editor's settings: the settings that it means, and a sentence for each thing in it that can't be meant."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, TypeVar

from compiler.suggest import closest
from lsp.settings import LEVELS, TRACES, Level, Settings

SECTION: Final = "apx"
"""Where the settings stand in a client's configuration."""

OF_EDITORS: Final = frozenset(("path",))
"""Settings of this section that editors keep for themselves."""

NAMES: Final = ("defaultData", "units", "parameters", "lints", "trace")

T = TypeVar("T")


def section_of(told: object) -> object:
    """What stands under `apx` in what a client says of itself; all of it where the client sends nothing else. None where nothing is said of us."""
    if isinstance(told, dict) and SECTION in told:
        return told[SECTION]
    return told or None


def read(written: object, base: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Settings with what was written in place of the defaults, and what is wrong with it. base: where what no user writes is taken from."""
    found = Settings(client=base.client)
    if written is None or written == []:  # an empty table of Lua is a list in JSON
        return found, ()
    if not isinstance(written, dict):
        return found, (f"they are {shown(written)}, and should be names with values, such as {{"
                       '"units": false}.',)  # fmt: skip
    problems: list[str] = []
    values = {str(name): value for name, value in written.items() if value is not None and name not in OF_EDITORS}
    for name in values:
        if name not in NAMES:
            problems.append(_unknown(name))
    found = replace(
        found,
        default_data=_taken(values, "defaultData", _text, "", "a text", problems),
        units=_taken(values, "units", _truth, True, "true or false", problems),
        parameters=_taken(values, "parameters", _truth, True, "true or false", problems),
        lints=_lints(values.get("lints", {}), problems),
        trace=_taken(values, "trace", _trace, found.trace, _either(TRACES), problems),
    )
    return found, tuple(problems)


def shown(value: object) -> str:
    """A value as its author wrote it, if that is short."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _unknown(name: str) -> str:
    if name == "lineLength":
        return "lineLength means nothing: the canonical layout breaks no line and joins none."
    near = closest(name, NAMES)
    return f"there is no {name}" + (f"; {near} is meant?" if near else f"; there are {_listed(NAMES, 'and')}.")


def _taken(
    values: Mapping[str, object], name: str, take: Callable[[object], T | None], default: T, takes: str, problems: list[str]
) -> T:
    if name not in values:
        return default
    value = take(values[name])
    if value is None:
        problems.append(f"{name} takes {takes}; this is {shown(values[name])}.")
        return default
    return value


def _text(value: object) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _trace(value: object) -> Any:
    """`{"server": …}` is what some editors keep under this name for themselves, and tell by `$/setTrace`."""
    if isinstance(value, dict) and set(value) <= {"server"}:
        return "off"
    return value if value in TRACES else None


def _lints(value: object, problems: list[str]) -> Mapping[str, Level]:
    if not value and isinstance(value, dict | list):
        return {}
    if not isinstance(value, dict):
        problems.append(f'lints takes codes with their levels, such as {{"W0310": "off"}}; this is {shown(value)}.')
        return {}
    from compiler.codes import find

    levels: dict[str, Level] = {}
    for name, level in value.items():
        code = find(str(name))
        if code is None:
            problems.append(f"lints names {shown(name)}, and there is no such code.")
        elif code.severity == "error":
            problems.append(f"lints names {code.code}, which is a mistake: only warnings have levels.")
        elif level not in LEVELS:
            problems.append(f"lints takes {_either(LEVELS)} for {code.code}; this is {shown(level)}.")
        else:
            levels[code.code] = level
    return levels


def _either(words: tuple[str, ...]) -> str:
    return _listed(words, "or")


def _listed(words: tuple[str, ...], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
