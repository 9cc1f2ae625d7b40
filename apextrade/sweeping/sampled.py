"""Sweeps of spaces too large to try: Optuna's samplers say which combinations to run next, from what the earlier ones gave."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

from apextrade.failures import UsageError
from apextrade.progress import progress
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import LESS_IS_BETTER, SweepTable, checked_metric
from compiler.inputs import InputError
from runtime.candles import Candles
from runtime.statistics import COLUMNS
from runtime.sweep.run import run
from runtime.sweep.space import MOST, Numbers, Space
from runtime.sweep.task import Rows

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

MISSING = 'Samplers need packages that are not installed: pip install "apextrade[search]".'
BATCH = 16
"""Combinations that are asked for before the sampler is told of them: always so many, so that workers change nothing."""
SEEDS = 2**32
ASKED = 10
"""So often may a sampler name what it has named before, for each combination that is wanted."""


def _tpe(seed: int) -> BaseSampler:
    from optuna.samplers import TPESampler

    return TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _cmaes(seed: int) -> BaseSampler:
    from optuna.samplers import CmaEsSampler

    return CmaEsSampler(seed=seed, with_margin=True, warn_independent_sampling=False)


def _nsga2(seed: int) -> BaseSampler:
    from optuna.samplers import NSGAIISampler

    return NSGAIISampler(seed=seed)


def _qmc(seed: int) -> BaseSampler:
    from optuna.samplers import QMCSampler

    return QMCSampler(seed=seed, scramble=True, warn_asynchronous_seeding=False, warn_independent_sampling=False)


def _random(seed: int) -> BaseSampler:
    from optuna.samplers import RandomSampler

    return RandomSampler(seed=seed)


SAMPLERS: Mapping[str, Callable[[int], BaseSampler]] = {
    "tpe": _tpe,  # Parzen estimators of good and poor combinations
    "cmaes": _cmaes,  # covariance matrix adaptation, for numbers
    "nsga2": _nsga2,  # a genetic search
    "qmc": _qmc,  # a Sobol sequence: even coverage, no learning
    "random": _random,
}


def run_sampled(
    request: Request,
    candles: Candles,
    metric: str,
    sampler: str,
    trials: int,
    seed: int,
    workers: int,
    detail: Candles | None = None,
) -> SweepTable:
    """The table of `trials` different combinations (fewer, if there are no more) that a sampler chose. The same seed, the same table.

    Each row is a run like any other. Combinations that `require` forbids are left out, and the sampler is told that they are poor; so are those without
    the metric. Raises InputError, UsageError where Optuna is not there.
    """
    checked_metric(metric)
    if not 0 <= seed < SEEDS:
        raise InputError(f"A sampler takes a seed from 0 to {SEEDS - 1:,}; this is {seed}.")
    if request.program.universe or request.program.compares:
        raise InputError("A program that trades several instruments can't be searched by a sampler yet; use `--random`.")
    if request.space.size > MOST:
        raise InputError(f"There are {request.space.size:,} combinations; a sampler takes {MOST:,} at most. Take larger steps.")
    task, notes = request.task(candles, detail)
    search = _Search(request.space, metric, sampler, seed)
    wanted = min(trials, request.space.size)
    stop = Event()
    found: list[Rows] = []
    asked = 0
    with progress(f"Searching ({sampler})", wanted) as advance:
        while len(search.known) < wanted and asked < ASKED * wanted and not stop.is_set():
            batch = search.ask(min(BATCH, wanted - len(search.known)))
            asked += len(batch)
            new = np.array(sorted({number for _, number in batch} - search.known.keys()), dtype=np.int64)
            rows = run(task, new, workers=workers, stop=stop)
            found.append(rows)
            if not stop.is_set():
                search.tell(batch, new, rows)
            advance(len(new))
    rows = _together(found)
    notes.append(
        f"{rows.tried:,} of {request.space.size:,} combinations, chosen one after the other by the sampler {sampler}, seed {seed}: samples, not all. "
        f"For `apx examine` they count as --trials {max(1, len(rows.numbers))}."
    )
    return SweepTable(
        request.space, rows, metric, wanted, len(task.candles), tuple(notes), stop.is_set(), program=request.program
    )


class _Search:
    """A study of Optuna over the places of the values. known: the figure of every combination that was looked at, NaN where it has none."""

    def __init__(self, space: Space, metric: str, sampler: str, seed: int) -> None:
        try:
            import optuna

            chosen = SAMPLERS[sampler]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that what is used is experimental; the version is pinned by who installs it
                made = chosen(seed)
        except ImportError:
            raise UsageError(MISSING) from None
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.space, self.metric = space, metric
        self.learns_of_poor = sampler in ("cmaes", "nsga2")  # which leave pruned trials out of their generations
        self.study = optuna.create_study(
            sampler=made, direction="minimize" if metric in LESS_IS_BETTER else "maximize", pruner=optuna.pruners.NopPruner()
        )
        self.pruned = optuna.trial.TrialState.PRUNED
        self.known: dict[int, float] = {}

    def ask(self, count: int) -> list[tuple[Trial, int]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [(trial, self._number(trial)) for trial in (self.study.ask() for _ in range(count))]

    def _number(self, trial: Trial) -> int:
        number = 0
        for axis in self.space.axes:
            count = len(axis.values)
            if isinstance(axis.values[0], (str, bool)):
                place = int(trial.suggest_categorical(axis.name, range(count)))
            else:
                place = trial.suggest_int(axis.name, 0, count - 1)
            number = number * count + place
        return number

    def tell(self, batch: list[tuple[Any, int]], new: Numbers, rows: Rows) -> None:
        """What the combinations of a batch gave, in the order in which they were asked for."""
        self.known.update(dict.fromkeys(new.tolist(), float("nan")))
        self.known.update(zip(rows.numbers.tolist(), rows.values[:, COLUMNS.index(self.metric)].tolist(), strict=True))
        values = [value for value in self.known.values() if np.isfinite(value)]
        poor = None
        if values and self.learns_of_poor:
            low, high = min(values), max(values)
            beyond = max(1.0, high - low)
            poor = high + beyond if self.metric in LESS_IS_BETTER else low - beyond
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for trial, number in batch:
                value = self.known[number]
                if np.isfinite(value):
                    self.study.tell(trial, value)
                elif poor is not None:
                    self.study.tell(trial, poor)
                else:
                    self.study.tell(trial, state=self.pruned)


def _together(parts: list[Rows]) -> Rows:
    """Rows of different combinations, in their order."""
    numbers = np.concatenate([p.numbers for p in parts]) if parts else np.empty(0, dtype=np.int64)
    values = np.concatenate([p.values for p in parts]) if parts else np.empty((0, len(COLUMNS)))
    order = np.argsort(numbers)
    return Rows(
        numbers[order],
        values[order],
        sum(p.tried for p in parts),
        sum(p.not_allowed for p in parts),
        tuple(sorted(r for p in parts for r in p.refused)),
    )
