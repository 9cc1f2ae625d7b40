"""Emacs: the mode compiles without a warning, keeps the layout of programs and colours by the declarations."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from apextrade.emacs_words import TARGET, rendered
from tests.lsp.editors.conftest import ROOT, environment

MODE = ROOT / "lsp" / "emacs"


def emacs(tmp_path: Path, *arguments: str) -> str:
    executable = shutil.which("emacs")
    if executable is None:
        pytest.skip("not here: emacs (Debian's package is emacs-nox)")
    done = subprocess.run(
        [executable, "--batch", "-Q", "-L", str(MODE), *arguments],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_words_are_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == rendered(), "run `python -m apextrade.emacs_words`"


def test_the_mode_compiles_without_a_warning(tmp_path: Path) -> None:
    for name in ("apx-words.el", "apx-mode.el"):
        shutil.copy(MODE / name, tmp_path)
    emacs(
        tmp_path,
        "-L",
        str(tmp_path),
        "--eval",
        "(setq byte-compile-error-on-warn t)",
        "-f",
        "batch-byte-compile",
        "apx-words.el",
        "apx-mode.el",
    )


def test_indentation_leaves_every_example_as_it_is(tmp_path: Path) -> None:
    examples = sorted((ROOT / "examples").glob("*.apx"))
    assert len(examples) >= 10
    for path in examples:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lisp = """
      (require 'apx-mode)
      (dolist (file (directory-files default-directory t "\\\\.apx$"))
        (with-current-buffer (find-file-noselect file)
          (unless (eq major-mode 'apx-mode) (error "%s" major-mode))
          (goto-char (point-min))
          (while (not (eobp))
            ;; Comments stand where their card does, and empty lines nowhere.
            (unless (looking-at "\\\\s-*\\\\(?:#\\\\|$\\\\)") (apx-indent-line))
            (forward-line))
          (write-region (point-min) (point-max) file)))
    """
    emacs(tmp_path, "--eval", f"(progn {lisp})")
    for path in examples:
        assert (tmp_path / path.name).read_text("utf-8") == path.read_text("utf-8"), path.name


def test_words_have_the_faces_of_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.apx").write_text(
        'apx 1\nlet strength = rsi(close, 14 bars)  # why\nwhen strength > 60 and position.size == 0\n  buy 5% of equity at next open named "core"\n'
    )
    lisp = """
      (require 'apx-mode)
      (require 'json)
      (with-current-buffer (find-file-noselect "a.apx")
        (font-lock-ensure)
        (princ (json-encode (mapcar (lambda (text)
          (goto-char (point-min))
          (search-forward text)
          (cons text (format "%s" (get-text-property (match-beginning 0) 'face))))
          '("apx 1" "let" "strength" "rsi" "close" "bars" "why" "when" "and" "position" "buy" "next open" "core")))))
    """
    faces = json.loads(emacs(tmp_path, "--eval", f"(progn {lisp})"))
    expected = {"apx 1": "keyword", "let": "keyword", "strength": "variable-name", "rsi": "builtin", "close": "variable-name", "bars": "type", "why": "comment", "when": "keyword", "and": "keyword", "position": "variable-name", "buy": "keyword", "next open": "keyword", "core": "string"}  # fmt: skip
    assert faces == {text: f"font-lock-{face}-face" for text, face in expected.items()}
