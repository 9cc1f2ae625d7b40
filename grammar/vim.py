"""A syntax file for Vim and Neovim, made from the TextMate grammar: the same expressions, written as Vim writes them.

TextMate takes the match that begins first, and of several the rule that stands first; Vim takes the one that was defined last. So the rules come in reverse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

# The group of the colour schemes for each scope, the longest beginning of a scope first that is named here.
LINKS: tuple[tuple[str, str], ...] = (
    ("comment.line.documentation", "SpecialComment"),
    ("comment", "Comment"),
    ("string", "String"),
    ("constant.numeric", "Number"),
    ("constant.language", "Boolean"),
    ("keyword.other.unit", "Type"),
    ("keyword.control", "Statement"),
    ("keyword.operator.word", "Keyword"),
    ("keyword.operator", "Operator"),
    ("support.function", "Function"),
    ("entity.name.function", "Function"),
    ("variable.language", "Identifier"),
    ("variable.other", ""),
    ("punctuation", "Delimiter"),
)
_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\(\?(?:[:=!]|<[=!])|\\.|\{\d+(?:,\d*)?\}|.", re.DOTALL)
_LOOKS = {"(?=": r"\@=", "(?!": r"\@!", "(?<=": r"\@1<=", "(?<!": r"\@1<!"}
_DELIMITER = ";"

Rule = Mapping[str, object]


@dataclass(slots=True)
class Written:
    """An expression as Vim writes it, and its groups that have a scope, in their order."""

    text: str = ""
    groups: list[str] = field(default_factory=list)


def vim_pattern(pattern: str) -> Written:
    """An expression of the TextMate grammar for Vim, with 'magic'. Only what that grammar uses is known; anything else raises ValueError."""
    out: list[str] = []
    opened: list[tuple[str, int, int]] = []
    groups: dict[int, str] = {}
    before = ""
    for match in _TOKEN.finditer(pattern):
        token = match[0]
        if before in ("(", "(?:") and token in "?*+":
            raise ValueError(f"{before}{token} of {pattern} is not known here")
        before = token
        if token in ("(?:", "(") or token in _LOOKS:
            if token == "(":
                groups[len(groups)] = ""
            opened.append((token, len(out), len(groups) - 1))
            out.append(r"\%(")
        elif token == ")":
            kind, start, number = opened.pop()
            out.append(r"\)" + _LOOKS.get(kind, ""))
            if kind == "(":
                groups[number] = "".join(out[start:])
        elif token == r"\b":
            out.append(r"\%(\<\|\>\)")
        elif token.startswith("[") or token in (r"\s", r"\.", "*", ".", "^", "$"):
            out.append(token.replace(r"\"", '"'))
        elif token in "+?|" or re.fullmatch(r"\{\d+(?:,\d*)?\}", token):
            out.append("\\" + token)
        elif token[0] == "\\":
            if token[1].isalnum():
                raise ValueError(f"{token} of {pattern} is not known here")
            out.append(token[1])
        else:
            out.append(r"\~" if token == "~" else token)
    if opened or _DELIMITER in "".join(out):
        raise ValueError(f"{pattern} can't be written for Vim")
    return Written("".join(out), list(groups.values()))


def group_of(scope: str) -> str:
    """The group of a scope: `apxConstantNumeric`."""
    return "apx" + "".join(part.capitalize() for part in re.split(r"[.-]", scope.removesuffix(".apx")))


def link_of(scope: str) -> str:
    """The colour scheme's group for a scope; '' where text keeps its colour."""
    return next(link for start, link in LINKS if scope.startswith(start))


def syntax_file(rules: Sequence[Rule]) -> str:
    """The whole file, from the rules of the TextMate grammar."""
    lines: list[str] = []
    scopes: set[str] = set()
    for number, rule in reversed(list(enumerate(rules))):
        written = vim_pattern(str(rule["match"]))
        captures = rule.get("captures")
        if isinstance(captures, Mapping):
            parts = [str(capture["name"]) for capture in captures.values()]
            inside = [f"apxPart{number}x{part}" for part in range(len(parts))]
            lines.append(_match(f"apxWhole{number}", written.text, f" contains={','.join(inside)}"))
            for name, scope, text in reversed(list(zip(inside, parts, written.groups, strict=True))):
                lines.append(_match(name, text, " contained"))
                lines.append(f"highlight default link {name} {group_of(scope)}")
            scopes.update(parts)
        else:
            lines.append(_match(group_of(str(rule["name"])), written.text, ""))
            scopes.add(str(rule["name"]))
    links = [f"highlight default link {group_of(scope)} {link_of(scope)}" for scope in sorted(scopes) if link_of(scope)]
    head = (
        '" Colours of .apx programs. Made from the grammar by `python -m apextrade.vim_syntax`; changes belong there.',
        "if exists('b:current_syntax')",
        "  finish",
        "endif",
        "syntax case match",
        "syntax iskeyword @,48-57,_",
        "syntax sync minlines=1 maxlines=1",
    )
    return "\n".join((*head, *lines, *links, "let b:current_syntax = 'apx'")) + "\n"


def _match(name: str, pattern: str, more: str) -> str:
    return f"syntax match {name} {_DELIMITER}{pattern}{_DELIMITER}{more}"
