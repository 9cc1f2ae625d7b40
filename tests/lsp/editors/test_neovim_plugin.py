"""The Neovim plugin without a server: finding the command and the project, settings, indentation, what is said when something is missing."""

from __future__ import annotations

import json
from pathlib import Path

from tests.lsp.editors.conftest import ROOT, run_nvim


def test_indentation_leaves_every_example_as_it_is(nvim: str, tmp_path: Path) -> None:
    examples = sorted(str(path) for path in (ROOT / "examples").glob("*.apx"))
    changed = run_nvim(
        nvim,
        """
        local changed = vim.empty_dict()
        for _, path in ipairs(vim.json.decode(vim.env.APX_FILES)) do
          vim.cmd('edit ' .. path)
          local before = vim.api.nvim_buf_get_lines(0, 0, -1, true)
          for number, line in ipairs(before) do
            local indent = require('apx.indent').of(number)
            local free = line:match('^%s*$') or line:match('^%s*#') -- comments stand where their card does
            if not free and indent ~= vim.fn.indent(number) then changed[path .. ':' .. number] = { indent, line } end
          end
          vim.cmd('bdelete!')
        end
        answer(changed)
        """,
        tmp_path,
        tmp_path,
        APX_FILES=json.dumps(examples),
    )
    assert len(examples) >= 10
    assert changed == {}


def test_a_file_is_edited_with_two_spaces_and_its_comments(nvim: str, tmp_path: Path) -> None:
    (tmp_path / "a.apx").write_text('apx 1\n\n## Buys strength.\nstrategy "A"\n')
    found = run_nvim(
        nvim,
        """
        vim.cmd('normal! 3Go')
        vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes('3Gosells weakness<Esc>Gowhen close > open<CR>exit position<CR><CR>when close < open<Esc>', true, false, true), 'xt', false)
        answer({ vim.bo.filetype, vim.bo.shiftwidth, vim.bo.expandtab, vim.bo.commentstring, vim.api.nvim_buf_get_lines(0, 0, -1, true) })
        """,
        tmp_path,
        tmp_path,
        "a.apx",
    )
    assert found[:4] == ["apx", 2, True, "# %s"]
    assert found[4][3] == "## sells weakness"
    assert found[4][-4:] == ["when close > open", "  exit position", "", "when close < open"]


def test_the_project_is_the_nearest_folder_with_a_marker(nvim: str, tmp_path: Path) -> None:
    for path in ("one/.git", "one/deep/er", "two/deep"):
        (tmp_path / path).mkdir(parents=True)
    found = run_nvim(
        nvim,
        "local root = require('apx.find').root; local t = vim.env.APX_TMP; answer({ root(t .. '/one/deep/er/a.apx'), root(t .. '/two/deep/a.apx'), root('') })",
        tmp_path,
        tmp_path,
        APX_TMP=str(tmp_path),
    )
    assert found[0] == str(tmp_path / "one")
    # Above the folder of the test there may be a marker of the machine's own; without one it is the file's folder.
    assert str(tmp_path / "two" / "deep").startswith(found[1])
    assert found[2] == str(tmp_path)


def test_the_command_is_the_one_named_then_the_project_s_if_allowed_then_the_one_on_path(nvim: str, tmp_path: Path) -> None:
    for folder in ("project/.venv/bin", "bin", "other"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "apx").write_text("#!/bin/sh\n")
        (tmp_path / folder / "apx").chmod(0o755)
    found = run_nvim(
        nvim,
        """
        local command, t = require('apx.find').command, vim.env.APX_TMP
        local function of(options) local cmd, why = command(options, t .. '/project'); return { cmd and cmd[1] or '', why or '' } end
        local all = { of({}), of({ project_venv = true }), of({ cmd = { t .. '/other/apx', 'lsp', '--stdio' } }), of({ cmd = { '/nowhere/apx' } }) }
        vim.env.PATH = '/nowhere'
        all[5] = of({})
        answer(all)
        """,
        tmp_path,
        tmp_path,
        APX_TMP=str(tmp_path),
        PATH=f"{tmp_path}/bin:/usr/bin:/bin",
    )
    assert [cmd for cmd, _ in found] == ["apx", f"{tmp_path}/project/.venv/bin/apx", f"{tmp_path}/other/apx", "", ""]
    assert "the command /nowhere/apx of `cmd` can't be run" in found[3][1]
    assert "the apx command is not on PATH" in found[4][1]


def test_without_a_command_a_file_opens_and_it_is_said_once(nvim: str, tmp_path: Path) -> None:
    for name in ("a.apx", "b.apx"):
        (tmp_path / name).write_text("apx 1\n")
    said = run_nvim(
        nvim,
        """
        local said = {}
        vim.notify = function(text) said[#said + 1] = text end
        require('apx').setup({ cmd = { '/nowhere/apx' } })
        vim.cmd('edit a.apx')
        vim.cmd('edit b.apx')
        vim.wait(200)
        answer({ said, vim.bo.filetype })
        """,
        tmp_path,
        tmp_path,
    )
    messages, filetype = said
    assert filetype == "apx"
    assert sum("/nowhere/apx" in text for text in messages) == 1
    assert len(messages) == 1


def test_places_in_a_line_are_counted_in_the_client_s_encoding(nvim: str, tmp_path: Path) -> None:
    found = run_nvim(
        nvim,
        """
        local byte, line = require('apx.versions').byte, 'a€𝄞b'
        answer({ byte(line, 2, 'utf-16'), byte(line, 4, 'utf-16'), byte(line, 99, 'utf-16'), byte(line, 3, 'utf-32'), byte(line, 4, 'utf-8') })
        """,
        tmp_path,
        tmp_path,
    )
    assert found == [4, 8, 9, 8, 4]
