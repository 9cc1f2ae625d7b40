"""The configuration for Helix: it is valid TOML, has no key that Helix does not document, and says of the language what the others say."""

from __future__ import annotations

import json
import tomllib

from tests.lsp.editors.conftest import ROOT

CONFIGURATION = tomllib.loads((ROOT / "lsp" / "helix" / "languages.toml").read_text(encoding="utf-8"))
# From Helix's page "Languages", as of version 23.10, when `language-server` became a table of its own.
LANGUAGE_KEYS = {
    "name", "language-id", "scope", "injection-regex", "file-types", "shebangs", "roots", "auto-format", "diagnostic-severity", "comment-token",
    "indent", "language-servers", "grammar", "formatter", "soft-wrap", "text-width", "workspace-lsp-roots", "persistent-diagnostic-sources",
}  # fmt: skip
SERVER_KEYS = {"command", "args", "config", "timeout", "environment", "required-root-patterns"}


def test_every_key_is_one_of_helix_s() -> None:
    assert set(CONFIGURATION) == {"language", "language-server"}
    (language,) = CONFIGURATION["language"]
    assert set(language) <= LANGUAGE_KEYS
    assert set(language["indent"]) == {"tab-width", "unit"}
    assert set(language["language-servers"]) == set(CONFIGURATION["language-server"])
    for server in CONFIGURATION["language-server"].values():
        assert set(server) <= SERVER_KEYS


def test_the_language_is_the_one_that_the_other_editors_know() -> None:
    manifest = json.loads((ROOT / "lsp" / "vscode" / "package.json").read_text(encoding="utf-8"))["contributes"]
    (language,) = CONFIGURATION["language"]
    assert language["scope"] == manifest["grammars"][0]["scopeName"]
    assert [f".{suffix}" for suffix in language["file-types"]] == manifest["languages"][0]["extensions"]
    settings = CONFIGURATION["language-server"]["apx"]["config"]
    declared = manifest["configuration"]["properties"]
    assert {name: value["default"] for name, value in declared.items() if name not in ("apx.path", "apx.trace.server")} == {
        f"apx.{name}": value for name, value in settings.items()
    }
