"""A document is what its client holds, after any edits, in any encoding."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp.document import Change, Document, Encoding, Place, units

ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
EDITS = int(os.environ.get("LSP_EDITS", "2000"))
# What has split lines or columns elsewhere: characters of two, three and four bytes, and line ends that are none.
PIECES = (
    "a",
    "let x = 1",
    " ",
    "é",
    "ß",
    "€",
    "\u2028",
    "\u2029",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "😀",
    "𝄞",
    "e\u0301",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "",
)
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


class Client:
    """An editor that keeps its text as the encoded units of each line, and knows nothing of offsets into one string."""

    def __init__(self, text: str, encoding: Encoding) -> None:
        self.encoding = encoding
        self.units = self.split(text)

    def split(self, text: str) -> list[bytes]:
        """Units of the whole text: one entry a unit; of a character of several, the first holds all its bytes and the others none."""
        found: list[bytes] = []
        for character in text:
            found.append(character.encode())
            found.extend([b""] * (units(character, self.encoding) - 1))
        return found

    def text(self) -> str:
        return b"".join(self.units).decode()

    def boundaries(self) -> list[tuple[int, Place]]:
        """Every place at which an edit may begin, as the index of a unit and as the protocol says it."""
        found: list[tuple[int, Place]] = []
        line = column = 0
        for index, unit in enumerate(self.units):
            after_return = index > 0 and self.units[index - 1] == b"\r"
            if unit != b"" and not (unit == b"\n" and after_return):
                found.append((index, Place(line, column)))
            if unit == b"\n" or (unit == b"\r" and self.units[index + 1 : index + 2] != [b"\n"]):
                line, column = line + 1, 0
            else:
                column += 1
        return [*found, (len(self.units), Place(line, column))]

    def replace(self, start: int, end: int, text: str) -> None:
        self.units[start:end] = self.split(text)
        self.units = self.split(self.text())


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(max_examples=max(1, EDITS // 20), deadline=None)
@given(first=texts, data=st.data())
def test_edits_give_the_text_of_the_client(encoding: Encoding, first: str, data: st.DataObject) -> None:
    client, document = Client(first, encoding), Document("file:///a.apx", first, 1, encoding)
    for version in range(2, 22):
        changes = []
        for _ in range(data.draw(st.integers(1, 3))):
            places = client.boundaries()
            i = data.draw(st.integers(0, len(places) - 1))
            j = data.draw(st.integers(i, min(len(places) - 1, i + 5)))
            text = data.draw(texts)
            changes.append(Change(text, places[i][1], places[j][1]))
            client.replace(places[i][0], places[j][0], text)
        document = document.changed(changes, version)
        assert document.text == client.text()
        assert document.version == version


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts)
def test_places_and_offsets_are_each_others(encoding: Encoding, text: str) -> None:
    document = Document("file:///a.apx", text, 1, encoding)
    for offset in range(len(text) + 1):
        place = document.place(offset)
        inside = text[offset - 1 : offset + 1] == "\r\n" and offset > 0
        assert document.offset(place) == (offset - 1 if inside else offset)
    for _, place in Client(text, encoding).boundaries():
        assert document.place(document.offset(place)) == place


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_places_beyond_what_is_there_are_the_nearest_end(encoding: Encoding) -> None:
    document = Document("file:///a.apx", "ab\r\n😀c\n", 1, encoding)
    assert document.offset(Place(0, 99)) == 2
    assert document.offset(Place(9, 0)) == len(document.text)
    assert document.offset(Place(2, 5)) == len(document.text)
    assert document.offset(Place(-1, 0)) == document.offset(Place(0, -4)) == 0


def test_a_place_inside_a_character_is_its_beginning() -> None:
    assert Document("", "a😀b", encoding="utf-16").offset(Place(0, 2)) == 1
    assert Document("", "a😀b", encoding="utf-8").offset(Place(0, 4)) == 1
    assert Document("", "a€b", encoding="utf-8").offset(Place(0, 3)) == 1


def test_an_edit_between_the_units_of_a_character_leaves_halves_that_come_together_again() -> None:
    document, middle = Document("", "a😀b", 1, "utf-16"), Place(0, 2)
    split = document.changed([Change("-", middle, middle)], 2)
    assert split.text == "a\ud83d-\ude00b"
    assert split.changed([Change("", middle, Place(0, 3))], 3).text == "a😀b"
    assert document.changed([Change("", Place(0, 1), middle)], 2).text == "a\ude00b"
    assert document.changed([Change("\ude01", middle, Place(0, 3))], 2).text == "a😁b"


def test_a_change_without_places_is_the_whole_text() -> None:
    document = Document("", "old", 1).changed([Change("x\ny"), Change("Z", Place(1, 0), Place(1, 1))], 2)
    assert (document.text, document.version) == ("x\nZ", 2)


def test_lines_end_where_the_protocol_says_and_nowhere_else() -> None:
    document = Document("", "a\u2028b\x0cc\r\nd\re\n")
    assert [document.line(n) for n in range(5)] == ["a\u2028b\x0cc", "d", "e", "", ""]
