"""Records typing in a real Neovim: `python -m tests.lsp.traces.record` types KEYS key by key and writes each change as the editor gives it to a language server.

Each line of the file is one change: line and character where it begins, line and character where it ends (UTF-16), the new text, and the
milliseconds of pause before it. Brackets and quotation marks are closed by the editor as they are typed, lines are indented as the one above.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path

TRACE = Path(__file__).with_name("pullback.jsonl")
PAUSE = "<pause>"
CLOSING = 'inoremap ( ()<Left>\ninoremap [ []<Left>\ninoremap " ""<Left>\nset autoindent expandtab shiftwidth=2\n'
ATTACH = """
local sync, before, log = require('vim.lsp.sync'), { '' }, io.open(vim.env.APX_TRACE, 'w')
vim.api.nvim_buf_attach(0, false, { on_lines = function(_, buffer, _, first, last, new_last)
  local now = vim.api.nvim_buf_get_lines(buffer, 0, -1, true)
  local change = sync.compute_diff(before, now, first, last, new_last, 'utf-16', '\\n')
  before = now
  local at, to = change.range.start, change.range['end']
  log:write(vim.fn.json_encode({ at.line, at.character, to.line, to.character, change.text }) .. '\\n')
  log:flush()
end })
"""

# As an author types: slips taken back, a bracket that is already there stepped over, a name changed above, a line copied, an order begun and given up.
KEYS = (
    "i", *"apx 1", "<CR>", *'strategy "Pulbac', *["<BS>"] * 3, *"lback in a trend", "<Right>", "<CR>",
    *'trade "SPY', "<Right>", *" evry 1d", *["<BS>"] * 6, *"very 1d", "<CR>", "<CR>", PAUSE,
    *"inptu n", *["<BS>"] * 4, *"ut n = 20 bars in 5 .. 60 ", *'"Length', "<Right>", "<CR>", "<CR>",
    *"let trend = smaa", "<BS>", *"(close, 2000", "<BS>", "<Right>", "<CR>",
    *"let weak = rsi(2", "<Right>", *" < 1", PAUSE, "0", "<CR>",
    *"let strong = close > trend adn", *["<BS>"] * 2, *"nd close > highest(close, n", "<Right>", *"[1", "<Right>", "<CR>", "<CR>",
    *"when weak and close > trend", "<CR>", *"  buy 10% of equity", "<CR>", *"  stop loss at entry - 2 * atr(14", "<Right>", "<CR>",
    "<BS>", "<BS>", "<CR>", PAUSE,
    *"when strng", *["<BS>"] * 2, *"ong", "<CR>", *"  sell 50% of posit", *["<BS>"] * 13, PAUSE, "<CR>", "<BS>", "<CR>",
    *"plot trend", "<Esc>",
    # back up: another length, then a name and the only line that reads it beside
    *"/20 bars", "<CR>", "cw", *"25", "<Esc>", *"/let strong", "<CR>", "w", "cw", *"breakout", "<Esc>",
    *"/when strong", "<CR>", "w", "cw", *"breakout", "<Esc>", PAUSE,
    # a line copied and its copy changed, a line taken away and brought back
    *"/let weak", "<CR>", "yy", "p", "w", "cw", *"weaker", "<Esc>", "f2", "cw", *"3", "<Esc>", "dd", "u", PAUSE,
    # an order under the rule is begun and given up
    *"/buy 10", "<CR>", "o", *"notify ", *'"in {close} é 😀', "<Esc>", "dd",
    "G", "o", *'alert when weaker "close', "<Right>", "<Esc>",
)  # fmt: skip


def record() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "set.vim").write_text(CLOSING)
        (here / "attach.lua").write_text(ATTACH)
        raw, socket = here / "raw", str(here / "socket")
        raw.touch()
        env = {"APX_TRACE": str(raw), "HOME": folder, "PATH": "/usr/bin:/bin"}
        nvim = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-n", "--listen", socket, "-S", str(here / "set.vim")]
        editor = subprocess.Popen([*nvim, "-c", f"luafile {here / 'attach.lua'}"], env=env, stderr=subprocess.DEVNULL)
        while not Path(socket).exists():
            time.sleep(0.05)
        changes: list[list[object]] = []
        pause = 0
        for key in KEYS:
            if key == PAUSE:
                pause = 400
                continue
            subprocess.run(["nvim", "--server", socket, "--remote-send", "<lt>" if key == "<" else key], env=env, check=True)
            subprocess.run(["nvim", "--server", socket, "--remote-expr", "1"], env=env, check=True, capture_output=True)
            seen = [json.loads(line) for line in raw.read_text(encoding="utf-8").splitlines()]
            for change in seen[len(changes) :]:
                changes.append([*change, pause])
                pause = 0
        editor.terminate()
        editor.wait()
    TRACE.write_text("".join(json.dumps(change, ensure_ascii=False) + "\n" for change in changes), encoding="utf-8")


if __name__ == "__main__":
    record()
