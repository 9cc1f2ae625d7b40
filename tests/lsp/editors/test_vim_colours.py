"""Vim colours as the TextMate grammar does, character by character; the file is made from it and up to date."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from apextrade.highlighting import TARGET as TEXTMATE
from apextrade.vim_syntax import TARGET, rendered
from grammar.vim import group_of, link_of, vim_pattern
from tests.lsp.editors.conftest import ROOT, run_nvim

RULES = json.loads(TEXTMATE.read_text(encoding="utf-8"))["patterns"]
SCOPES = sorted(
    {scope for rule in RULES for scope in (rule.get("name"), *(c["name"] for c in rule.get("captures", {}).values())) if scope}
)
FILES = sorted(path for folder in ("examples", "tests/compiler/programs") for path in (ROOT / folder).glob("*.apx"))
HARD = """apx 1
## documentation of "this"
strategy "Every # word"   # a comment
input n = 14 bars in 2 .. 50 step 2 "Length"
settings
  limit daily_loss 3%
  capital 100_000 USD
let d = bars since (close > open) > 3 and a within last 5 bars
let e = position.size + x.position + time.hour * 1e-9 - 10bps
when close crosses above f(close).line or not (sma(close, n) != 3)
  buy risking 1% of equity at stop high + 1 tick named "core"
    hold at most 20 bars
  exit "core" at next open
trade "SPY" every 1h on session "09:30-16:00" in "America/New_York"
plot äpfel, "unfinished
"""


def expected(line: str) -> list[str]:
    """The group of every character, by the grammar's own rule: the match that begins first, of several the first rule."""
    found, at = [""] * len(line), 0
    while at < len(line):
        starts = [
            (match.start(), number, match)
            for number, rule in enumerate(RULES)
            if (match := re.compile(rule["match"]).search(line, at)) and match.end() > match.start()
        ]
        if not starts:
            break
        _, number, match = min(starts, key=lambda start: start[:2])
        rule = RULES[number]
        spans = [(match.span(), rule.get("name", ""))] + [
            (match.span(int(group)), capture["name"]) for group, capture in rule.get("captures", {}).items()
        ]
        for (start, end), scope in spans:
            found[start:end] = [group_of(scope) if scope else ""] * (end - start)
        at = match.end()
    return found


def test_the_file_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == rendered(), "run `python -m apextrade.vim_syntax`"


@pytest.mark.parametrize("unknown", [r"\d+", r"(?i)x", r"a(b", "a;b"])
def test_an_expression_that_is_not_known_is_refused(unknown: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        vim_pattern(unknown)


def test_neovim_colours_every_character_as_the_grammar_does(nvim: str, tmp_path: Path) -> None:
    files = [tmp_path / "hard.apx", *FILES]
    files[0].write_text(HARD, encoding="utf-8")
    listed = tmp_path / "files.json"
    listed.write_text(json.dumps([str(path) for path in files]))
    coloured = run_nvim(
        nvim,
        """
        local found = {}
        for _, path in ipairs(vim.json.decode(table.concat(vim.fn.readfile(vim.env.APX_FILES)))) do
          vim.cmd('edit ' .. path)
          local lines = {}
          for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
            local groups = {}
            for at = 0, vim.fn.strchars(line) - 1 do
              groups[#groups + 1] = vim.fn.synIDattr(vim.fn.synID(number, vim.fn.byteidx(line, at) + 1, 0), 'name')
            end
            lines[#lines + 1] = { line, #groups > 0 and groups or vim.empty_dict() }
          end
          found[#found + 1] = { path, vim.bo.filetype, lines }
        end
        answer(found)
        """,
        tmp_path,
        tmp_path,
        APX_FILES=str(listed),
    )
    parts = {
        f"apxPart{number}x{at}": group_of(c["name"])
        for number, rule in enumerate(RULES)
        for at, c in enumerate(rule.get("captures", {}).values())
    }
    seen: set[str] = set()
    for path, filetype, lines in coloured:
        assert filetype == "apx"
        for number, (line, groups) in enumerate(lines, 1):
            drawn = ["" if group.startswith("apxWhole") else parts.get(group, group) for group in groups]
            assert drawn == expected(line), f"{path}:{number}: {line}"
            seen.update(drawn)
    assert seen - {""} == set(map(group_of, SCOPES))


def test_every_group_has_the_colour_of_its_scope(nvim: str, tmp_path: Path) -> None:
    (tmp_path / "a.apx").write_text("apx 1\n")
    coloured = run_nvim(
        nvim,
        """
        local function colour(name) return vim.fn.synIDattr(vim.fn.synIDtrans(vim.fn.hlID(name)), 'name') end
        local found = {}
        for name, link in pairs(vim.json.decode(vim.env.APX_LINKS)) do
          found[name] = colour(name) == colour(link ~= '' and link or name)
        end
        answer(found)
        """,
        tmp_path,
        tmp_path,
        "a.apx",
        APX_LINKS=json.dumps({group_of(scope): link_of(scope) for scope in SCOPES}),
    )
    assert coloured == {group_of(scope): True for scope in SCOPES}
