"""HTML built from Python: text is escaped unless it was built here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

# Control characters, halves of surrogate pairs, and characters that reorder the text around them.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_VOID = frozenset(("meta", "br", "link", "col", "input"))


class Markup(str):
    """Text that already is HTML."""

    __slots__ = ()


NOTHING = Markup("")


def visible(text: str) -> str:
    """The text with every character that hides, moves or commands replaced by U+FFFD; line breaks are kept as \\n."""
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def esc(text: object) -> Markup:
    """The text as HTML, safe between tags and in quoted attributes. Markup is returned as it is."""
    return text if isinstance(text, Markup) else Markup(escape(visible(str(text)), quote=True))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element. `class_` is class, `_` in names is `-`; an attribute of None or False is left out, of True has no value."""
    parts = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        parts.append(key if value is True else f'{key}="{esc(value)}"')
    opening = f"<{' '.join(parts)}>"
    return Markup(opening) if name in _VOID else Markup(f"{opening}{''.join(esc(child) for child in children)}</{name}>")


def prose(text: str) -> Markup:
    """A sentence in which `names` stand between backticks."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:  # one is alone: it means itself
        return esc(text)
    return join(tag("code", piece) if i % 2 else piece for i, piece in enumerate(pieces))


def join(children: Iterable[object]) -> Markup:
    """Elements one after the other."""
    return Markup("".join(esc(child) for child in children))
