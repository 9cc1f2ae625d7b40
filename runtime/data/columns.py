"""Which column is which: the usual spellings of a bar's columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.data.problems import DataError, Problem, counted, listed


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


# Spellings without case, blanks and punctuation; earlier ones win where a source has several.
TIME = _words(
    "time timestamp datetime unix unixtime unixtimestamp epoch epochtime ts t opentime opentimestamp opendatetime date opendate",
    "dt datetimeutc timeutc dateutc timestamputc opentimeutc utctime utc gmttime datetimegmt timegmt localtime bartime",
    "barstart barstarttime starttime start begin starttimestamp timeperiodstart timeopen tradingday tradedate sessiondate datum",
    "day period",
)
CLOCK = _words("time hour clock timeofday")
OPEN = _words("open o openprice priceopen openingprice opening 1open first openbid openusd")
HIGH = _words("high h highprice pricehigh max 2high highbid highusd")
LOW = _words("low l lowprice pricelow min 3low lowbid lowusd")
CLOSE = _words(
    "close c closeprice priceclose closingprice closing closelast 4close closelastprice last lastprice price settle",
    "closebid closeusd",
)
VOLUME = _words(
    "volume v vol volumebase basevolume volumetraded tradevolume 5volume 6volume volumeusd volumeusdt totalvolume sharesvolume",
    "qty quantity tickvolume tickvol",
)
ADJUSTED = _words("adjclose adjustedclose adjclosing 5adjustedclose adjcloseprice closeadj")
FACTOR = _words("adjustmentfactor adjfactor priceadjustmentfactor pricefactor factor")
SYMBOL = _words("symbol ticker instrument sym code pair")
CURRENCY = _words("currency quotecurrency pricecurrency ccy")
CLOSE_TIME = _words("closetime closetimestamp timeclose timeperiodend endtime end")

PRICES = ("open", "high", "low", "close")


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of a source's columns, from 0; None where it has no such column. `time` None: the times stand elsewhere.

    clock: a time of day beside a date. currency: what the prices are in. adjusted: closes adjusted for splits and dividends, which are not used.
    factor: what the traded prices were multiplied by.
    """

    time: int | None
    open: int
    high: int
    low: int
    close: int
    volume: int | None
    clock: int | None = None
    symbol: int | None = None
    adjusted: int | None = None
    currency: int | None = None
    factor: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def prices(self) -> tuple[int, int, int, int]:
        return self.open, self.high, self.low, self.close

    @property
    def values(self) -> tuple[int | None, ...]:
        """Places of open, high, low, close, volume, adjusted close and factor."""
        return *self.prices, self.volume, self.adjusted, self.factor


def spelling(name: object) -> str:
    """A column's name without case, blanks and punctuation: `<Open Time>` is `opentime`."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())


def find_columns(names: Sequence[object], source: str, times_elsewhere: bool = False) -> Columns:
    """The places of time, prices and volume among a source's column names.

    times_elsewhere: the source has times besides its columns (the index of a table), used if no column is one.
    Raises DataError naming the columns that are missing, or one that appears twice.
    """
    spelled = [spelling(n) for n in names]
    used: dict[str, int] = {}

    def place(what: str, spellings: Sequence[str]) -> int | None:
        for wanted in spellings:
            if wanted in spelled:
                at = spelled.index(wanted)
                if at in used.values() and what != "clock":
                    continue
                if spelled.count(wanted) > 1:
                    name = str(names[at]).strip()
                    raise DataError(f"{source} has more than one column named {name!r}. Keep the one to be used.")
                used[what] = at
                return at
        return None

    prices = {what: place(what, s) for what, s in zip(PRICES, (OPEN, HIGH, LOW, CLOSE), strict=True)}
    adjusted = place("adjusted", ADJUSTED)
    factor = place("factor", FACTOR)
    volume = place("volume", VOLUME)
    if volume is None:
        volume = next((i for i, s in enumerate(spelled) if s.startswith("volume")), None)  # `Volume ETH`
    symbol = place("symbol", SYMBOL)
    currency = place("currency", CURRENCY)
    time = place("time", TIME)
    clock = None
    if time is not None and spelled[time] in CLOCK and "date" in spelled:  # a date and a time of day
        clock, time = time, spelled.index("date")
    elif time is not None:
        clock = next((spelled.index(s) for s in CLOCK if s in spelled and spelled.index(s) != time), None)
    if time is None and spelled and spelled[0] == "" and not times_elsewhere:
        time = 0  # a table's index, written without a name
    missing = [what for what in PRICES if prices[what] is None]
    if time is None and not times_elsewhere:
        missing.insert(0, "time")
    if missing:
        raise DataError(_missing_sentence(missing, names, spelled, source))
    at = {what: i for what, i in prices.items() if i is not None}
    taken = {time, volume, clock, symbol, currency, factor, *at.values()}
    notes = _notes(names, spelled, taken, adjusted, volume)
    if factor is not None:
        sentence = f"Prices are taken as traded ones times column {str(names[factor]).strip()!r}, volumes as divided by it."
        notes = (*notes, Problem("factors", 0, (), "noted", sentence))
    return Columns(time, at["open"], at["high"], at["low"], at["close"], volume, clock, symbol, adjusted, currency, factor, notes)


def _missing_sentence(missing: Sequence[str], names: Sequence[object], spelled: Sequence[str], source: str) -> str:
    shown = ", ".join(repr(str(n).strip()[:40]) for n in names[:12]) + (", …" if len(names) > 12 else "")
    sentence = f"{source} has no {listed(missing)} column; its columns are {shown}."
    if "time" in missing and any(s in CLOSE_TIME for s in spelled):
        return sentence + " A bar's time is its open; a closing time alone cannot place it."
    return sentence + " The columns needed are time, open, high, low and close."


def _notes(
    names: Sequence[object], spelled: Sequence[str], taken: set[int | None], adjusted: int | None, volume: int | None
) -> tuple[Problem, ...]:
    notes = []
    if adjusted is not None:
        sentence = f"Column {str(names[adjusted]).strip()!r} is not used: prices are taken as given."
        notes.append(Problem("ignored_column", 0, (), "noted", sentence))
    others = [str(n).strip()[:40] for i, n in enumerate(names) if i not in taken and i != adjusted and spelled[i]]
    if others:
        shown = listed(repr(o) for o in others[:6]) + (" and others" if len(others) > 6 else "")
        sentence = f"{counted(len(others), 'column is', 'columns are')} not used: {shown}."
        notes.append(Problem("ignored_column", 0, (), "noted", sentence))
    if volume is None:
        notes.append(Problem("no_volume", 0, (), "made unknown", "There is no volume column: volume is unknown on every bar."))
    return tuple(notes)
