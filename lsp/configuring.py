"""Where the settings of a connection come from: what the client says at the start, what it tells later, and what it answers when it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lsp.session import Session
from lsp.settings import Settings
from lsp.wire import LEVELS, Refused, Wire
from lsp.written_settings import SECTION, read, section_of

SHORT = 3
"""So many problems stand in one message; the log has all."""


@dataclass(slots=True)
class Configuring:
    """One connection's.

    changed: told of the documents whose settings are others now. log: tells the client's log.
    """

    session: Session
    wire: Wire
    changed: Callable[[list[str]], None]
    log: Callable[[str], None]
    _told: object = None
    _task: asyncio.Task[None] | None = None
    _again: bool = False
    _problems: frozenset[str] = field(default_factory=frozenset)

    def begin(self, options: object) -> None:
        """The client has come. options: what it said at once."""
        self._told = section_of(options)
        self._take((), ())

    def asked(self) -> None:
        """The client can be asked from now on."""
        if self.session.can("workspace", "didChangeConfiguration", "dynamicRegistration"):
            options = {"section": SECTION}
            one = {"id": "configuration", "method": "workspace/didChangeConfiguration", "registerOptions": options}
            self.wire.ask("client/registerCapability", {"registrations": [one]})
        self.refresh()

    def told(self, settings: object) -> None:
        """The client says that its configuration is another. What it sends may be all of it, what is ours, or nothing: then it has to be asked."""
        section = section_of(settings)
        if section is not None:
            self._told = section
        if self._asks:
            self.refresh()
        elif section is not None:
            self._take((), ())

    def refresh(self) -> None:
        """Asks the client, if it can be asked; at most once more while an answer is waited for."""
        if not self._asks:
            return
        if self._task is not None and not self._task.done():
            self._again = True
        else:
            self._task = asyncio.get_running_loop().create_task(self._refresh())

    @property
    def _asks(self) -> bool:
        return self.session.can("workspace", "configuration")

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _refresh(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            folders = tuple(self.session.folders)
            items = [{"section": SECTION}, *({"scopeUri": folder, "section": SECTION} for folder in folders)]
            try:
                found = await self.wire.ask("workspace/configuration", {"items": items})
            except Refused as error:
                self.log(f"The client was asked for its settings and answered with an error: {error}")
                return
            if not isinstance(found, list) or len(found) != len(items):
                self.log(f"The client was asked for {len(items)} settings and did not answer so many.")
                return
            if not self._again:
                self._take(folders, found)

    def _take(self, folders: Sequence[str], answers: Sequence[object]) -> None:
        """Takes settings in. answers: the connection's, then each folder's; where a client answers nothing, what it told counts."""
        session, before = self.session, {uri: self.session.settings_of(uri) for uri in self.session.documents}
        whole, problems = read(_either(answers[0] if answers else None, self._told), session.settings)
        found: dict[str, Settings] = {}
        for folder, answer in zip(folders, answers[1:], strict=True):
            settings, wrong = read(_either(answer, _either(answers[0], self._told)), session.settings)
            problems += tuple(problem for problem in wrong if problem not in problems)
            found[folder] = settings
        if all(settings == whole for settings in found.values()):
            found = {}
        session.settings = session.settings if session.settings == whole else whole
        kept = {folder: old for folder, old in session.folder_settings.items() if found.get(folder) == old}
        session.folder_settings = {folder: kept.get(folder, settings) for folder, settings in found.items()}
        self._say(problems)
        self.changed([uri for uri, old in before.items() if session.settings_of(uri) is not old])

    def _say(self, problems: tuple[str, ...]) -> None:
        """Says what is wrong, and each thing once as long as it stays so."""
        new = [problem for problem in problems if problem not in self._problems]
        self._problems = frozenset(problems)
        if new:
            for problem in new:
                self.log(f"In the settings of apx: {problem}")
            more = f" ({len(new) - SHORT} more are in the log.)" if len(new) > SHORT else ""
            text = f"In the settings of apx: {' '.join(new[:SHORT])}{more} Everything else in them counts."
            self.wire.notify("window/showMessage", {"type": LEVELS["warning"], "message": text})


def _either(first: object, other: object) -> object:
    return other if first is None else first
