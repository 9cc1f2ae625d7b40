"""The environment of the peers: a virtual environment of their own, made once, so that theirs never mixes with ours."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("vectorbt[rust]", "raptorbt")
FALLBACK = ("vectorbt", "raptorbt")
"""Where the compiled engine of vectorbt is not offered for this Python and system."""


class NoPeers(RuntimeError):
    """The peers could not be installed."""


def default_folder() -> Path:
    """A folder of the user's cache, one a Python version."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "apextrade-bench" / f"peers-{sys.version_info.major}.{sys.version_info.minor}"


def python_of_peers(folder: Path) -> Path:
    """The Python of the environment in `folder`, which is made and filled if it is not there. Raises NoPeers."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / ".complete"
    if done.exists():
        return python
    print(f"Installing {', '.join(PACKAGES)} into {folder}; this happens once and takes a minute or more.", file=sys.stderr)
    run([sys.executable, "-m", "venv", str(folder)])
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    try:
        run([*install, *PACKAGES])
    except NoPeers as first:
        print(f"{first}\nTrying {', '.join(FALLBACK)} alone.", file=sys.stderr)
        run([*install, *FALLBACK])
    done.touch()
    return python


EDITOR_PACKAGES = ("ruff", "basedpyright")
"""Language servers, for bench/lsp.py: in an environment of their own beside that of the engines."""


def python_of_servers(folder: Path) -> Path:
    """The Python of an environment with the language servers, which is made and filled if it is not there. Raises NoPeers."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / ".complete"
    if not done.exists():
        print(f"Installing {', '.join(EDITOR_PACKAGES)} into {folder}; this happens once.", file=sys.stderr)
        run([sys.executable, "-m", "venv", str(folder)])
        run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *EDITOR_PACKAGES])
        done.touch()
    return python


def servers_folder() -> Path:
    """A folder of the user's cache, one a Python version."""
    return default_folder().with_name(f"servers-{sys.version_info.major}.{sys.version_info.minor}")


def run(command: list[str]) -> None:
    """Runs a command. Raises NoPeers with the end of what it said if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        end = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise NoPeers(f"`{' '.join(command)}` failed:\n{end}")


NODE_PACKAGES = ("pinets",)


def node_folder() -> Path:
    """A folder of the user's cache for the peers that run in node."""
    return default_folder().with_name("peers-node")


def folder_of_node_peers(folder: Path) -> Path:
    """The folder with npm's packages, which is made and filled if it is not there. Raises NoPeers, also where there is no npm."""
    done = folder / ".complete"
    if done.exists():
        return folder
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise NoPeers("node and npm are not installed")
    print(f"Installing {', '.join(NODE_PACKAGES)} into {folder}; this happens once.", file=sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *NODE_PACKAGES])
    done.touch()
    return folder
