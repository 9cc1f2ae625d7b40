"""Law 15: the bits of kernels, operators and whole programs on frozen markets, with the versions of the kernels that made them.

A change of any bit without a new version fails; after raising a version, `--update-goldens` writes the golden texts anew, to be
read. The programs were generated once (tests/generators/programs.py); markets are whole numbers, the same on every machine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from compiler.operators import OPERATORS
from compiler.plan import Account, Column, Plan, Step
from runtime.candles import Candles
from runtime.kernel import bind
from stdlib.primitives import PRIMITIVES
from tests.laws.running import compiled, one_nan
from tests.laws.trading import CENTS, run_compiled
from tests.stdlib.test_golden_bits import PARAMETERS

Golden = Callable[[str, str], None]
FROZEN = sorted((Path(__file__).parent / "frozen").glob("*.apx"))
ROWS = 700
LIBM = (
    "exp",
    "log",
    "pow",
    "sin",
    "cos",
    "tan",
    "atan",
)  # these belong to the C library; tests/stdlib/test_scalars.py holds them
HOSTILE = (float("nan"), float("inf"), -float("inf"), -0.0, 0.0, 5e-324, -1e-300, 1e17, -1e17, 1.7e308, -1.7e308, 0.1, -0.5, 2.5)


def draws(seed: int) -> Iterator[int]:
    """Pseudo-random whole numbers from 0 to 999, the same everywhere."""
    while True:
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (seed >> 33) % 1000


def frozen_market(seed: int, hostile: bool) -> Candles:
    """Bars in whole cents: a walk; hostile ones with unknowns, a flat stretch, a zero volume and a spike."""
    steps = draws(seed)
    rows: list[list[float]] = []
    close = 10_000
    for i in range(ROWS):
        flat = hostile and 300 <= i < 340
        opened = close if flat else close + next(steps) % 41 - 20
        close = close if flat else max(100, opened + next(steps) % 301 - 150)
        high = max(opened, close) + (0 if flat else next(steps) % 60)
        low = max(1, min(opened, close) - (0 if flat else next(steps) % 60))
        row = [opened / 100, high / 100, low / 100, close / 100, float(next(steps) * (i % 37 != 5))]
        if hostile and i % 53 == 17:
            row[next(steps) % 5] = float("nan")
        if hostile and i == 500:
            row[1] = row[3] = 1e17
        rows.append(row)
    columns = dict(zip(("open", "high", "low", "close", "volume"), np.array(rows).T, strict=True))
    return Candles.from_arrays(time=np.datetime64("2020-01-01", "us") + np.arange(ROWS) * np.timedelta64(1, "D"), **columns)


MARKETS = {"calm": frozen_market(11, False), "hostile": frozen_market(12, True)}


def digest(values: npt.NDArray[np.float64]) -> str:
    return hashlib.sha256(np.ascontiguousarray(one_nan(values)).astype("<f8").tobytes()).hexdigest()[:32]


def one_step(op: str, inputs: list[npt.NDArray[np.float64]], params: tuple[float, ...], state: int) -> npt.NDArray[np.float64]:
    """One operator or primitive by the engine, over whole columns."""
    feeds = ("open", "high", "low", "close", "volume")[: len(inputs)]
    step = Step(op, tuple(range(len(inputs))), (len(inputs),), params, state)
    column = Column("x", "plot", "number", "plain number", len(inputs))
    plan = Plan(feeds, (), (step,), len(inputs) + 1, (column,), None, Account(), 0, 0, 0.0, state)
    return bind(plan).run(inputs, len(inputs[0]))[len(inputs)]


@pytest.mark.parametrize("primitive", PRIMITIVES, ids=lambda p: p.name)
def test_a_kernel_gives_the_bits_of_its_version_on_frozen_markets(primitive: object, golden: Golden) -> None:
    lines = [f"{primitive.name} version {primitive.version}"]
    series = [p for p in primitive.parameters if p.kind in ("series", "truth")]
    for name, candles in MARKETS.items():
        close = candles.close
        with np.errstate(invalid="ignore"):
            truth = np.where(np.isnan(close), 1.0, np.where(close > candles.open, 2.0, 0.0))
        numbers = iter((close, candles.volume, candles.high))
        columns = [truth if p.kind == "truth" else next(numbers) for p in series]
        for params in PARAMETERS.get(primitive.name, ((20.0,), (137.0,))):
            found = one_step(primitive.name, columns, params, primitive.state(*params))
            lines.append(f"{name} {' '.join(f'{p:g}' for p in params)}: {digest(found)}")
    golden(f"bits/{primitive.name}.txt", "\n".join(lines) + "\n")


def test_operators_give_the_same_bits_on_hostile_values(golden: Golden) -> None:
    """They have no versions: what they mean never changes."""
    numbers = np.array([a for a in HOSTILE for _ in HOSTILE] + [next(d) / 7 - 60 for d in [draws(3)] for _ in range(400)])
    others = np.array([b for _ in HOSTILE for b in HOSTILE] + [next(d) / 11 - 40 for d in [draws(4)] for _ in range(400)])
    truths = [np.array([float(next(d) % 3) for d in [draws(5 + k)] for _ in range(len(numbers))]) for k in range(3)]
    lines = []
    for operator in OPERATORS:
        if operator.name in LIBM:
            continue
        pool = iter((numbers, others, np.flip(numbers)))
        columns = [truths[k] if take == "t" else next(pool) for k, take in enumerate(operator.takes)]
        lines.append(f"{operator.name}: {digest(one_step(operator.name, columns, (), 0))}")
    golden("bits/operators.txt", "\n".join(lines) + "\n")


@pytest.mark.parametrize("path", FROZEN, ids=lambda path: path.stem)
def test_a_frozen_program_gives_the_bits_of_its_kernels_versions(path: Path, golden: Golden) -> None:
    program = compiled(path.read_text(encoding="utf-8"))
    versions = program.plan({}, CENTS.tick, "signals").versions
    lines = ["kernels " + " ".join(f"{name}:{version}" for name, version in versions)]
    for name, candles in MARKETS.items():
        traded = run_compiled(program, candles, CENTS)
        lines += [f"{name} column {column}: {digest(values)}" for column, values in traded.columns.items()]
        lines += [f"{name} {record} ({len(rows)}): {digest(rows)}" for record, rows in traded.records.items()]
        assert name != "calm" or len(traded.fills()) >= 20, "a program that hardly trades holds little"
    golden(f"bits/{path.stem}.txt", "\n".join(lines) + "\n")


def test_there_is_no_golden_text_without_its_program_or_kernel() -> None:
    known = {path.stem for path in FROZEN} | {p.name for p in PRIMITIVES} | {"operators"}
    assert {path.stem for path in (Path(__file__).parents[1] / "golden" / "bits").glob("*.txt")} == known
    assert len(FROZEN) == 12
