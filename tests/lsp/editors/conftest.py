"""Editors that run without a screen, and the folders they get for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "lsp" / "neovim"

Neovim = Callable[..., Any]


def neovims() -> list[str]:
    """The Neovims to test with: the one on PATH, and what $APX_NVIM names beside it (several apart by ':'), such as a newer version."""
    more = [path for path in os.environ.get("APX_NVIM", "").split(os.pathsep) if path]
    return [found for found in (shutil.which("nvim"), *more) if found]


@pytest.fixture(scope="module", params=neovims() or ["none"])
def nvim(request: pytest.FixtureRequest) -> str:
    """An executable; the test is run with each there is."""
    if request.param == "none":
        pytest.skip("not here: nvim (Debian's package is neovim)")
    return str(request.param)


def environment(home: Path) -> dict[str, str]:
    """An editor's: settings and caches of its own, `apx` from these sources."""
    own = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": home / "cache",
    }
    return {
        **os.environ,
        **{name: str(path) for name, path in own.items()},
        "PYTHONPATH": str(ROOT),
        "APX_HOME": str(home / "apextrade"),
        "APX_PYTHON": sys.executable,
        "APX_PLUGIN": str(PLUGIN),
        "NVIM_LOG_FILE": str(home / "nvim.log"),
    }


def run_nvim(executable: str, script: str, home: Path, folder: Path, file: str = "", timeout: float = 120, **more: str) -> Any:
    """Runs a Lua script in an editor that knows nothing but the plugin. The script hands what it found to `answer(value)`."""
    answer, source = home / "answer.json", home / "script.lua"
    answer.unlink(missing_ok=True)
    prelude = (
        "function answer(value) local f = assert(io.open(vim.env.APX_ANSWER, 'w')); f:write(vim.json.encode(value)); f:close() end\n"
        "local ok, why = xpcall(function()\n"
    )
    source.write_text(
        f"{prelude}{script}\nend, debug.traceback)\nif not ok then answer({{ error = why }}) end\nvim.cmd('qall!')\n",
        encoding="utf-8",
    )
    command = [
        executable,
        "--headless",
        "-u",
        "NONE",
        "-i",
        "NONE",
        "-n",
        "--cmd",
        f"set runtimepath^={PLUGIN}",
        "--cmd",
        "filetype plugin indent on",
        "--cmd",
        "syntax on",
    ]
    done = subprocess.run(
        [*command, *([file] if file else []), "-c", f"autocmd VimEnter * lua vim.schedule(function() vim.cmd('luafile {source}') end)"],
        cwd=folder, env={**environment(home), "APX_ANSWER": str(answer), **more}, capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip
    assert answer.exists(), f"{executable} said nothing: {done.stdout}{done.stderr}"
    found = json.loads(answer.read_text(encoding="utf-8"))
    assert not (isinstance(found, dict) and "error" in found), f"{found['error']}\n{done.stderr}"
    return found
