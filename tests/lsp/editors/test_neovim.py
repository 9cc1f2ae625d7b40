"""The language server in Neovim: the real editor without a screen, with the plugin and the real `apx lsp`."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editors.conftest import run_nvim

PROGRAM = """apx 1

## Buys strength.
strategy "In an editor"
trade "AAPL" every 1d

input length = 14 bars in 2 .. 50

settings
  commission 0.1%

let strength = rsi(length)
let average = sma(close, length)

when strength > 60 and close > average
  buy 50% of equity

when strength < 40
  exit position

plot average "Average"

test "buys when strength is back"
  with length = 2 bars
  given close = [10, 9, 8, 9, 12, 14, 13, 10]
  expect buy at bar 4
"""

# What every script begins with: the plugin set up as a user would, and waiting for what comes later.
SETUP = """
  local said = {}
  vim.notify = function(text) said[#said + 1] = text end
  local cmd = { vim.env.APX_PYTHON, '-m', 'apextrade', 'lsp', '--stdio' }
  require('apx').setup({ cmd = cmd, settings = settings, on_attach = function(client) attached = client end })
  local function wait(what, condition)
    local value
    if not vim.wait(60000, function() value = condition(); return value and true or false end, 20) then
      error(what .. ' did not come; said: ' .. vim.inspect(said) .. ' messages: ' .. vim.fn.execute('messages'))
    end
    return value
  end
  local function open(path)
    vim.cmd('edit ' .. path)
    wait('the server', function() return attached and attached.initialized ~= false and require('apx.versions').clients(0)[1] end)
    return vim.api.nvim_get_current_buf()
  end
  local function lines() return vim.api.nvim_buf_get_lines(0, 0, -1, true) end
  local function diagnostics(count)
    return wait(count .. ' diagnostics', function()
      local found = vim.diagnostic.get(0)
      return #found == count and found
    end)
  end
  local function ask(method, params)
    local client, done, result, err = require('apx.versions').clients(0)[1], false, nil, nil
    require('apx.versions').request(client, method, params, function(e, r) done, err, result = true, e, r end, 0)
    wait(method, function() return done end)
    if err then error(method .. ': ' .. vim.inspect(err)) end
    return result
  end
  local function at(line, character)
    return { textDocument = vim.lsp.util.make_text_document_params(0), position = { line = line, character = character } }
  end
"""


def edited(executable: str, tmp_path: Path, script: str, text: str = PROGRAM, needs: str = "", settings: str = "nil") -> Any:
    """What a script answers about a program opened in a project. needs: a capability without which the test fails, naming it."""
    if importlib.util.find_spec("apextrade.commands.lsp") is None:
        pytest.fail("the command `apx lsp` is not there")
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.apx").write_text(text, encoding="utf-8")
    check = f"if not attached.server_capabilities.{needs} then return answer({{ lacks = '{needs}' }}) end\n" if needs else ""
    found = run_nvim(
        executable, f"local settings = {settings}\n{SETUP}\n  open('a.apx')\n{check}{script}", tmp_path, folder, timeout=180
    )
    if isinstance(found, dict) and "lacks" in found:
        pytest.fail(f"the server does not announce {found['lacks']}")
    return found


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.split("\n")) if line.startswith(start))


def test_mistakes_stand_on_their_lines_and_go_when_they_are_mended(nvim: str, tmp_path: Path) -> None:
    wrong = PROGRAM.replace("strength > 60", "strength > close")
    found = edited(
        nvim,
        tmp_path,
        """
        local first = diagnostics(1)[1]
        local number = first.lnum
        vim.api.nvim_buf_set_lines(0, number, number + 1, true, { 'when strength > 60 and close > average' })
        diagnostics(0)
        vim.api.nvim_buf_set_lines(0, number, number + 1, true, { 'when strength > 60 and close > averag' })
        local last = diagnostics(1)[1]
        answer({ { first.lnum, first.col, first.code, first.severity, first.message }, { last.lnum, last.code, last.message } })
        """,
        wrong,
    )
    line = line_of(wrong, "when strength > close")
    assert found[0][0] == line
    assert found[0][2].startswith("E03")
    assert found[0][3] == 1
    assert "oscillator" in found[0][4]
    assert found[1][:2] == [line, "E0201"]
    assert "average" in found[1][2]


def test_settings_reach_the_server_and_what_can_not_be_meant_in_them_is_said(nvim: str, tmp_path: Path) -> None:
    unused = PROGRAM.replace('plot average "Average"\n', "let more = sma(close, 5)\n")
    severity, said = edited(
        nvim,
        tmp_path,
        """
        local found = wait('the warning', function()
          return vim.tbl_filter(function(one) return one.code == 'W0202' end, vim.diagnostic.get(0))[1]
        end)
        wait('the message', function() return vim.fn.execute('messages'):find('In the settings') end)
        answer({ found.severity, (vim.fn.execute('messages'):gsub('%s+', ' ')) })
        """,
        unused,
        settings="{ lints = { W0202 = 'hint' }, colour = true }",
    )
    assert severity == 4
    assert "In the settings of apx: there is no colour; there are defaultData, units, parameters, lints and trace." in said
    assert said.count("colour") == 1


def test_formatting_gives_the_canonical_layout(nvim: str, tmp_path: Path) -> None:
    loose = PROGRAM.replace("  buy 50% of equity", "buy   50%  of   equity").replace(
        "let strength = rsi(length)", "let   strength=rsi( length )"
    )
    formatted = edited(nvim, tmp_path, "vim.cmd('ApxFormat'); answer({ lines(), vim.bo.modified, said })", loose)
    assert "\n".join(formatted[0]) + "\n" == PROGRAM
    assert formatted[1] is True
    assert formatted[2] == []


def test_the_server_is_started_anew_when_asked_and_knows_the_text_as_it_stands(nvim: str, tmp_path: Path) -> None:
    found = edited(
        nvim,
        tmp_path,
        """
        local first = attached.id
        vim.api.nvim_buf_set_lines(0, 0, 1, true, { 'apx 1', 'let x = nothing_like_it' })
        diagnostics(1)
        attached = nil
        vim.cmd('ApxRestart')
        wait('another server', function() return attached and attached.id ~= first end)
        local again = diagnostics(1)[1]
        answer({ first ~= attached.id, again.lnum, again.code, said })
        """,
    )
    assert found == [True, 1, "E0201", []]


def test_hover_shows_what_is_under_the_cursor(nvim: str, tmp_path: Path) -> None:
    line = line_of(PROGRAM, "let strength")
    shown = edited(
        nvim,
        tmp_path,
        f"""
        vim.api.nvim_win_set_cursor(0, {{ {line + 1}, 16 }})
        vim.lsp.buf.hover()
        local window = wait('a window', function()
          for _, id in ipairs(vim.api.nvim_list_wins()) do
            if vim.api.nvim_win_get_config(id).relative ~= '' then return id end
          end
        end)
        answer(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true))
        """,
        needs="hoverProvider",
    )
    text = "\n".join(shown)
    assert "rsi" in text
    assert "Wilder" in text


def test_completion_offers_the_program_s_own_names_and_the_library(nvim: str, tmp_path: Path) -> None:
    line = line_of(PROGRAM, "when strength > 60")
    items = edited(
        nvim,
        tmp_path,
        f"""
        local found = ask('textDocument/completion', at({line}, 5))
        answer(vim.lsp.util.extract_completion_items and vim.lsp.util.extract_completion_items(found) or found.items or found)
        """,
        needs="completionProvider",
    )
    labels = {item["label"] for item in items}
    assert {"strength", "average", "length", "close"} <= labels
    assert any(label.startswith("sma") for label in labels)


def test_a_name_is_changed_wherever_it_stands(nvim: str, tmp_path: Path) -> None:
    line = line_of(PROGRAM, "let average")
    renamed = edited(
        nvim,
        tmp_path,
        f"""
        vim.api.nvim_win_set_cursor(0, {{ {line + 1}, 5 }})
        vim.lsp.buf.rename('trend')
        wait('the new name', function() return lines()[{line + 1}]:match('trend') end)
        answer(lines())
        """,
        needs="renameProvider",
    )
    assert "\n".join(renamed) + "\n" == PROGRAM.replace("close > average", "close > trend").replace(
        "let average", "let trend"
    ).replace("plot average", "plot trend")


def test_a_fix_is_offered_and_made(nvim: str, tmp_path: Path) -> None:
    wrong = PROGRAM.replace("close > average", "close > averag")
    line = line_of(wrong, "when strength > 60")
    column = wrong.split("\n")[line].index("averag")
    found = edited(
        nvim,
        tmp_path,
        f"""
        diagnostics(1)
        vim.api.nvim_win_set_cursor(0, {{ {line + 1}, {column} }})
        local offered
        vim.ui.select = function(items, options, choose)
          offered = vim.tbl_map(function(item) return options.format_item(item) end, items)
          choose(items[1])
        end
        vim.lsp.buf.code_action()
        wait('the fix', function() return lines()[{line + 1}]:match('average') end)
        diagnostics(0)
        answer({{ offered, lines() }})
        """,
        wrong,
        needs="codeActionProvider",
    )
    assert any("average" in title for title in found[0])
    assert "\n".join(found[1]) + "\n" == PROGRAM


def test_units_stand_beside_names_and_follow_the_text(nvim: str, tmp_path: Path) -> None:
    line = line_of(PROGRAM, "let average")
    found = edited(
        nvim,
        tmp_path,
        f"""
        local function hints()
          if not vim.lsp.inlay_hint then return require('apx.hints').drawn(0) end
          return vim.tbl_map(function(hint)
            local label = hint.inlay_hint.label
            local text = type(label) == 'string' and label or table.concat(vim.tbl_map(function(part) return part.value end, label))
            return {{ hint.inlay_hint.position.line, text }}
          end, vim.lsp.inlay_hint.get({{ bufnr = 0 }}))
        end
        local function on(number)
          local texts = vim.tbl_map(function(hint) return hint[2] end, vim.tbl_filter(function(hint) return hint[1] == number end, hints()))
          return #texts > 0 and table.concat(texts, ' ') or nil
        end
        local first = wait('hints', function() return on({line}) end)
        vim.api.nvim_buf_set_lines(0, {line}, {line} + 1, true, {{ '', 'let average = rsi(close, length)' }})
        vim.cmd('doautocmd TextChanged')
        local second = wait('hints a line below', function() return on({line} + 1) end)
        vim.cmd('ApxHints')
        local after = vim.lsp.inlay_hint and (vim.lsp.inlay_hint.is_enabled({{ bufnr = 0 }}) and 1 or 0) or #hints()
        answer({{ first, second, after }})
        """,
        needs="inlayHintProvider",
    )
    assert "price" in found[0]
    assert "oscillator" in found[1]
    assert found[2] == 0


def test_lenses_run_and_show_what_came_of_it(nvim: str, tmp_path: Path) -> None:
    strategy, test = line_of(PROGRAM, "strategy"), line_of(PROGRAM, "test")
    found = edited(
        nvim,
        tmp_path,
        f"""
        local function lens(number)
          local texts = vim.tbl_map(function(one) return one[2] end, vim.tbl_filter(function(one) return one[1] == number end, require('apx.lenses').drawn(0)))
          return table.concat(texts)
        end
        wait('lenses', function() return lens({strategy}) ~= '' and lens({test}) ~= '' end)
        local before = {{ lens({strategy}), lens({test}) }}
        vim.cmd('ApxBacktest')
        wait('a result', function() return lens({strategy}):match('Sharpe') end)
        vim.api.nvim_win_set_cursor(0, {{ {test + 1}, 0 }})
        vim.cmd('ApxRun')
        wait('the test', function() return lens({test}):match(': ') and not lens({test}):match('running') end)
        vim.cmd('ApxTest')
        wait('two messages about the test', function() return #said >= 3 end)
        answer({{ before, {{ lens({strategy}), lens({test}) }}, said }})
        """,
        needs="codeLensProvider",
    )
    assert found[0] == ["backtest on AAPL", "run test"]
    assert found[1][0].startswith("backtest on AAPL: ")
    assert "passe" in found[1][1]
    assert found[2][0].startswith("apx: backtest on AAPL: ")
    assert all("buys when strength is back" in text for text in found[2][1:3])


def test_a_report_is_written_and_opened(nvim: str, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\necho \"$1\" > '{opened}'\n")
    browser.chmod(0o755)
    path = edited(
        nvim,
        tmp_path,
        f"""
        vim.g.apx_browser = '{browser}'
        vim.cmd('ApxReport')
        answer(wait('the page', function() local f = io.open('{opened}'); local path = f and f:read('l'); if f then f:close() end; return path end))
        """,
        needs="codeLensProvider",
    )
    assert Path(path).read_text(encoding="utf-8").startswith("<!doctype html>")
