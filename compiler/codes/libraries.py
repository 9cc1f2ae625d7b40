"""E022, E0232, E0233: libraries that programs use."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import HEAD
from compiler.libraries.port import LibraryText, Lock, Shelf, content_hash


def _library(title: str, text: str, version: int = 1) -> LibraryText:
    name = f"{title.lower()}.apx" if version == 1 else f"{title.lower()}_v{version}.apx"
    return LibraryText(f'apx 1\nlibrary "{title}" version {version}\n{text}', name)


BANDS = _library(
    "Bands",
    "let reach = 2\ndefine middle(n = 20 bars) = sma(close, n)\ndefine _range(n) = stdev(close, n)\ndefine top(n = 20 bars) = middle(n) + reach * _range(n)\n",
)
WAVES = _library("Waves", "define middle(x = close, n = 20 bars) = ema(x, n)\n")
NEWER = _library("Bands", "define middle(n = 20 bars) = ema(close, n)\n", 2)


def _page(
    code: str, title: str, explanation: str, failing: str, corrected: str, *texts: LibraryText, lock: Lock | None = None
) -> Code:
    return Code(code, title, "error", explanation, HEAD + failing, HEAD + corrected, Shelf(texts, lock))


LIBRARIES: tuple[Code, ...] = (
    _page(
        "E0220", "No such library",
        "A library is looked for beside the program: a file that begins with its title and version. Another version is another library.",
        'use "Bands" version 3\nplot middle()\n', 'use "Bands" version 1\nplot middle()\n', BANDS,
    ),
    _page(
        "E0221", "One library in several texts",
        "Two files say they are the same version of the same library, so it is not clear which one is meant.",
        'use "Waves" version 1\nplot middle()\n', 'use "Bands" version 1\nplot middle()\n', BANDS, WAVES, LibraryText(WAVES.text, "copy.apx"),
    ),
    _page(
        "E0222", "A library with mistakes",
        "A program is only as good as the libraries it uses. The mistakes are shown with the library's own lines.",
        'use "Waves" version 1\nplot middle()\n', 'use "Bands" version 1\nplot middle()\n',
        BANDS, _library("Waves", "define middle(n = 20 bars) = smaa(close, n)\n"),
    ),
    Code(
        "E0223", "A library's `let` that changes", "error",
        "A library computes nothing by itself, so its `let`s are fixed values, the same for every program. What depends on the market is a `define`.",
        'apx 1\nlibrary "Bands" version 1\nlet middle = sma(close, 20)\n', 'apx 1\nlibrary "Bands" version 1\ndefine middle() = sma(close, 20)\n',
    ),
    _page(
        "E0224", "A name with two meanings",
        "Without `as` the names of a library stand beside your own, so none of them may be the same. With `as` each is written with the library's short name before it.",
        'use "Bands" version 1\nlet middle = hl2\nplot middle, top()\n', 'use "Bands" version 1 as bands\nlet middle = hl2\nplot middle, bands.top()\n', BANDS,
    ),
    _page(
        "E0225", "Two versions of one library",
        "A program and the libraries it uses agree on one version of each library; two would give one name two meanings.",
        'use "Bands" version 1 as bands\nuse "Tops" version 1 as tops\nplot bands.top(), tops.highest_top()\n',
        'use "Bands" version 2 as bands\nuse "Tops" version 1 as tops\nplot bands.middle(), tops.highest_top()\n',
        BANDS, NEWER, _library("Tops", 'use "Bands" version 2 as bands\ndefine highest_top(n = 20 bars) = highest(bands.middle(n), n)\n'),
    ),
    Code(
        "E0226", "Libraries in a ring", "error",
        "A library that uses itself, by way of others or not, could not be read to its end.",
        'apx 1\nlibrary "Bands" version 1\nuse "Bands" version 1\ndefine middle(n = 20 bars) = sma(close, n)\n',
        'apx 1\nlibrary "Bands" version 1\ndefine middle(n = 20 bars) = sma(close, n)\n',
        Shelf((BANDS,)),
    ),
    _page(
        "E0227", "A library that has changed",
        "A lock pins the libraries that a program was last tried with. What has changed since is shown before any money moves; `apx lock` accepts it.",
        'use "Bands" version 1 as bands\nplot bands.middle()\n', 'use "Bands" version 2 as bands\nplot bands.middle()\n', BANDS, NEWER,
        lock=Lock({("Bands", 1): content_hash(BANDS.text + "# as it was\n"), ("Bands", 2): content_hash(NEWER.text)}, "example.lock"),
    ),
    _page(
        "E0228", "Not a name of that library",
        "After a library's short name stands one of the names that it gives. Names that begin with `_` are the library's own.",
        'use "Bands" version 1 as bands\nplot bands.midle()\n', 'use "Bands" version 1 as bands\nplot bands.middle()\n', BANDS,
    ),
    _page(
        "E0229", "A library is no value",
        "The short name of a library stands before its names, with a point between; alone it is nothing that could be computed.",
        'use "Bands" version 1 as bands\nplot bands\n', 'use "Bands" version 1 as bands\nplot bands.middle()\n', BANDS,
    ),
    _page(
        "E0232", "A library used twice",
        "One `use` brings in all of a library's names.",
        'use "Bands" version 1 as bands\nuse "Bands" version 1 as again\nplot bands.middle()\n',
        'use "Bands" version 1 as bands\nplot bands.middle()\n', BANDS,
    ),
    _page(
        "E0233", "Not a version",
        "Versions of libraries are counted 1, 2, 3; each is a library of its own.",
        'use "Bands" version 1.5\nplot close\n', 'use "Bands" version 1\nplot middle()\n', BANDS,
    ),
    Code(
        "W0220", "A library that nothing uses", "warning",
        "The program names a library and takes nothing from it.",
        HEAD + 'use "Bands" version 1\nplot close\n', HEAD + "plot close\n", Shelf((BANDS,)),
    ),
)  # fmt: skip
