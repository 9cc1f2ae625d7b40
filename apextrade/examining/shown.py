"""An examination as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TextIO

import numpy as np

from apextrade.examining.examination import Examination
from apextrade.examining.folds import Folds
from apextrade.examining.walk import WalkForward
from apextrade.report.numbers import ASCII, TYPESET, Glyphs, counted, percent, plain
from apextrade.sweeping.shown import figure, written
from apextrade.terminal import shows_unicode
from compiler.inputs import InputValue
from compiler.program import Program
from runtime.research.resampling import Futures
from runtime.statistics import json_values


def summary(of: Examination, stream: TextIO) -> list[str]:
    """The lines for a terminal, the verdict first and last."""
    glyphs = TYPESET if shows_unicode(stream) else ASCII
    lines = [of.verdict.sentence, ""]
    lines += list(_result(of, glyphs))
    for title, body in (
        ("Luck", list(_luck(of, glyphs))),
        ("The search", list(_search(of, glyphs))),
        ("Walking forward", list(walked_lines(of.program, of.walk, glyphs)) if of.walk is not None else []),
        ("Folds held out", list(_folds(of, of.folds, glyphs)) if of.folds is not None else []),
        ("Costs and delay", list(_stress(of, glyphs))),
        ("What else could have happened", list(_lives(of, glyphs))),
        ("The market", list(_market(of, glyphs))),
    ):
        if body:
            lines += ["", title, *(f"  {line}" for line in body)]
    if of.verdict.against:
        lines += ["", "Against it", *(f"  {at}. {reason}" for at, reason in enumerate(of.verdict.against, 1))]
    return [*lines, *(f"note: {text}" for text in of.missing)]


def _result(of: Examination, glyphs: Glyphs) -> Iterator[str]:
    stats = of.result.stats
    chosen = f" with {said(of.inputs, of)}" if of.inputs else ""
    yield (
        f"{of.program.title}{chosen}: {percent(stats['total_return'], glyphs)} in {counted(stats['trades'], 'trade')}, "
        f"Sharpe {figure('sharpe', stats['sharpe'], glyphs)}, drawdown {percent(stats['max_drawdown'], glyphs)}, "
        f"on {counted(len(of.result.candles), 'bar')}."
    )


def said(inputs: Mapping[str, InputValue], of: Examination) -> str:
    infos = {info.name: info for info in of.program.inputs}
    return ", ".join(f"{name} = {written(infos[name], value)}" for name, value in inputs.items())


def _luck(of: Examination, glyphs: Glyphs) -> Iterator[str]:
    year = _root_of_year(of)
    found = of.deflated
    yield f"The chance that the Sharpe ratio is better than luck is {percent(found.probability, glyphs, decimals=0)}."
    if of.trials > 1:
        yield (
            f"The best of {counted(of.trials, 'trial')} without skill would show {plain(found.by_luck * year, 2, glyphs)}; "
            f"this has {plain(found.sharpe * year, 2, glyphs)}."
        )
    if of.table is not None and len(of.table) > 1:
        yield f"Many trials are alike; they are worth about {counted(round(of.independent), 'independent one')}."
    bars = of.least_bars
    if np.isfinite(bars):
        yield f"Such returns tell themselves from 0 (95%) after {counted(np.ceil(bars), 'bar')}; there are {len(of.result.candles):,}."
    elif bars == bars:
        yield "The Sharpe ratio is not above 0; no number of bars would do."


def _search(of: Examination, glyphs: Glyphs) -> Iterator[str]:
    if of.overfit is not None:
        found = of.overfit
        among = f" (of {of.sampled:,} trials spread over all)" if of.table is not None and of.sampled < len(of.table) else ""
        yield (
            f"Of {found.splits:,} ways to cut the years in two, the best combination of one half is in the worse half of the other in "
            f"{percent(found.probability, glyphs, decimals=0)}{among}; it loses there in {percent(found.loses, glyphs, decimals=0)}."
        )
    if of.plateau is not None and of.plateau.neighbours:
        flat = of.plateau
        kept = (
            "" if flat.score != flat.score else f", {percent(flat.score, glyphs, decimals=0)} of the best's lead over the median"
        )
        many = (
            f"{counted(flat.neighbours, 'neighbour')} of the best have"
            if flat.neighbours > 1
            else "one neighbour of the best has"
        )
        yield f"The {many} {_metric(of, flat.mean, glyphs)} in the mean{kept}."
    if of.steadiest is not None and dict(of.steadiest) != {k: of.inputs[k] for k in of.steadiest}:
        yield f"Best together with their neighbours: {said(of.steadiest, of)}."


def _metric(of: Examination, value: float, glyphs: Glyphs) -> str:
    from apextrade.sweeping.table import LESS_IS_BETTER

    return f"a {of.metric} of {figure(of.metric, -value if of.metric in LESS_IS_BETTER else value, glyphs)}"


def walked_lines(program: Program, walk: WalkForward, glyphs: Glyphs) -> Iterator[str]:
    """A line for each window, and one for all."""
    infos = {info.name: info for info in program.inputs}
    chosen = next((window.inputs for window in walk.windows if window.inputs is not None), {})
    names = [info.name for info in program.inputs if info.name in chosen]
    rows = [["judged from", "to", *names, f"{walk.metric} before", "after", "a year before", "after"]]
    unit = "M8[D]" if all((w.times[1] - w.times[0]) >= np.timedelta64(2, "D") for w in walk.windows) else "M8[m]"
    for window in walk.windows:
        values = [written(infos[n], window.inputs[n]) if window.inputs is not None else glyphs.dash for n in names]
        rows.append(
            [
                *(str(t.astype(unit)).replace("T", " ") for t in window.times),
                *values,
                figure(walk.metric, window.learnt, glyphs),
                figure(walk.metric, window.judged, glyphs),
                percent(window.learnt_return, glyphs),
                percent(window.judged_return, glyphs),
            ]
        )
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    yield from ("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)) for row in rows)
    efficiency = (
        ""
        if walk.efficiency != walk.efficiency
        else f"; {percent(walk.efficiency, glyphs, decimals=0)} of the yearly growth before"
    )
    yield (
        f"Together, on bars that parameters were not chosen on: {percent(walk.total_return, glyphs)}, Sharpe {plain(walk.sharpe, 2, glyphs)}{efficiency}."
    )


def _folds(of: Examination, folds: Folds, glyphs: Glyphs) -> Iterator[str]:
    *lines, total = walked_lines(of.program, folds.judged, glyphs)
    yield from lines
    yield total
    yield (
        f"Chosen on all other folds but {counted(folds.purge, 'bar')} on both sides of the one held out, and {counted(folds.embargo, 'bar')} more after it."
    )


def _stress(of: Examination, glyphs: Glyphs) -> Iterator[str]:
    if of.costs.free:
        yield "Neither commission nor slippage is set; give --commission and --slippage to see what they take."
    else:
        yield (
            "; ".join(
                f"{plain(run.by, 0, glyphs)} {glyphs.times} costs: {percent(run.total_return, glyphs)}" for run in of.costs.runs
            )
            + "."
        )
    if of.costs.enough == of.costs.enough:
        reach = "Not even 100 times" if np.isinf(of.costs.enough) else f"{plain(of.costs.enough, 1, glyphs)} times"
        yield f"{reach} its costs take the whole gain."
    if of.delays:
        yield "; ".join(f"{counted(run.by, 'bar')} later: {percent(run.total_return, glyphs)}" for run in of.delays) + "."


def _lives(of: Examination, glyphs: Glyphs) -> Iterator[str]:
    if of.order is not None:
        low, high = of.order.quantiles("drawdown", (0.5, 0.95))
        yield (
            f"The same trades in other orders fall {percent(low, glyphs)} at their deepest in half of {len(of.order.drawdown):,} orders, "
            f"{percent(high, glyphs)} or more in one of twenty."
        )
    if of.drawn is not None:
        yield _drawn(of.drawn, glyphs)


def _drawn(drawn: Futures, glyphs: Glyphs) -> str:
    low, middle, high = drawn.quantiles("total_return", (0.05, 0.5, 0.95))
    deep = drawn.quantiles("drawdown", (0.95,))[0]
    return (
        f"Returns drawn anew in blocks of {plain(drawn.block, 0, glyphs)}: {percent(low, glyphs)} to {percent(high, glyphs)} in nine of ten, "
        f"{percent(middle, glyphs)} in the middle; a drawdown of {percent(deep, glyphs)} or more in one of twenty."
    )


def _market(of: Examination, glyphs: Glyphs) -> Iterator[str]:
    found = of.market
    if found.beta == found.beta:
        yield (
            f"Against buying and holding ({percent(of.result.stats['buy_and_hold'], glyphs)}): beta {plain(found.beta, 2, glyphs)}, "
            f"alpha {percent(found.alpha * _root_of_year(of) ** 2, glyphs)} a year, t {plain(found.alpha_t, 1, glyphs)}."
        )
    for regime in of.regimes:
        if regime.bars:
            yield (
                f"{regime.name + ':':<15} {percent(regime.share, glyphs, decimals=0):>4} of the bars, "
                f"{percent(regime.total_return, glyphs)} (the market {percent(regime.market, glyphs)})"
            )


def _root_of_year(of: Examination) -> float:
    from runtime.statistics import bars_per_year

    return float(np.sqrt(bars_per_year(of.result.candles.time)))


def as_json(of: Examination) -> dict[str, Any]:
    """What `apx examine --json` prints. Ratios per bar where the text shows them per year. What is not defined is null."""

    def plain_values(values: Mapping[str, float]) -> dict[str, Any]:
        return json_values(values)

    def futures(found: Futures | None) -> dict[str, Any] | None:
        if found is None:
            return None
        names = ("total_return", "drawdown", "sharpe")
        return {
            "paths": len(found.drawdown), "block": found.block, "ruined": found.ruined,
            **{name: dict(zip(("5%", "25%", "50%", "75%", "95%"), map(_known, found.quantiles(name)), strict=True)) for name in names},
        }  # fmt: skip

    walk, overfit, flat = of.walk, of.overfit, of.plateau
    return {
        "program": {"title": of.program.title, "file": of.program.source.name},
        "hash": of.program.hash,
        "verdict": {"survives": of.verdict.survives, "sentence": of.verdict.sentence, "against": list(of.verdict.against)},
        "inputs": dict(of.inputs),
        "metric": of.metric,
        "trials": of.trials,
        "independent_trials": of.independent,
        "stats": plain_values(of.result.stats),
        "deflated_sharpe": {"probability": _known(of.deflated.probability), "sharpe": _known(of.deflated.sharpe), "by_luck": of.deflated.by_luck},
        "least_bars": _known(of.least_bars),
        "overfitting": None if overfit is None else {
            "probability": overfit.probability, "loses": overfit.loses, "rank": overfit.rank, "slope": overfit.slope,
            "splits": overfit.splits, "blocks": overfit.blocks, "trials": overfit.trials,
        },
        "walk_forward": None if walk is None else walk_json(walk),
        "folds": None if of.folds is None else {**walk_json(of.folds.judged), "purge": of.folds.purge, "embargo": of.folds.embargo},
        "plateau": None if flat is None else {
            "score": _known(flat.score), "neighbours": flat.neighbours, "mean": _known(flat.mean), "worst": _known(flat.worst), "median": _known(flat.median),
        },
        "steadiest": None if of.steadiest is None else dict(of.steadiest),
        "costs": {
            "runs": [plain_values({"times": r.by, "total_return": r.total_return, "sharpe": r.sharpe}) | {"trades": int(r.trades)} for r in of.costs.runs],
            "enough": _known(of.costs.enough), "free": of.costs.free,
        },
        "delays": [plain_values({"bars": r.by, "total_return": r.total_return, "sharpe": r.sharpe}) | {"trades": int(r.trades)} for r in of.delays],
        "shuffled_trades": futures(of.order),
        "drawn_returns": futures(of.drawn),
        "market": {name: _known(getattr(of.market, name)) for name in ("alpha", "beta", "alpha_t", "correlation", "information")},
        "regimes": [
            {"name": r.name, "bars": r.bars, "total_return": r.total_return, "sharpe": _known(r.sharpe), "market": r.market} for r in of.regimes
        ],
        "notes": list(of.missing),
    }  # fmt: skip


def walk_json(walk: WalkForward) -> dict[str, Any]:
    """The windows of a walk, or folds, and what they gave together."""
    return {
        "total_return": walk.total_return, "sharpe": _known(walk.sharpe), "efficiency": _known(walk.efficiency),
        "windows": [
            {
                "from": str(w.times[0]), "to": str(w.times[1]), "inputs": None if w.inputs is None else dict(w.inputs),
                "learnt": _known(w.learnt), "judged": _known(w.judged),
                "learnt_return": _known(w.learnt_return), "judged_return": _known(w.judged_return),
            }
            for w in walk.windows
        ],
    }  # fmt: skip


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
