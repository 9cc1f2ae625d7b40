"""Files as clients name them: with signs that uris write otherwise, on drives and shares of Windows; and what is no file."""

from __future__ import annotations

import pytest

from lsp.library_texts import is_standard
from lsp.paths import path_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///tmp/a.apx", "/tmp/a.apx"),
        ("file://localhost/tmp/a.apx", "/tmp/a.apx"),
        ("file:///tmp/a%20b%25c%C3%A9.apx", "/tmp/a b%cé.apx"),
        ("file:///tmp/%5Ba%5D%23%3F.apx", "/tmp/[a]#?.apx"),
        ("untitled:Untitled-1", ""),
        ("apx-library:/trend.apx", ""),
        ("", ""),
        ("file://[x/a.apx", ""),
        ("untitled://[x", ""),
        ("file:///tmp/%00.apx", ""),
        ("file:///tmp/\ud800.apx", ""),
    ],
)
def test_a_uri_names_a_file_or_none(uri: str, path: str) -> None:
    assert path_of(uri, windows=False) == path
    assert not is_standard(uri) or uri.startswith("apx-library:")


@pytest.mark.parametrize("uri", ["file:///c%3A/Users/me/a.apx", "file:///C:/Users/me/a.apx", "file:///c:/Users/me/x/../a.apx"])
def test_a_file_on_a_drive_has_one_path_whatever_a_client_writes(uri: str) -> None:
    assert path_of(uri, windows=True) == r"C:\Users\me\a.apx"


def test_a_file_of_a_share_has_its_host() -> None:
    assert path_of("file://server/share/a%20b.apx", windows=True) == r"\\server\share\a b.apx"
    assert path_of("untitled:Untitled-1", windows=True) == ""
