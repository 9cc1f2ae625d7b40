"""A plain English sentence for every statement, action and line; and the phrase of every other block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from compiler import syntax as s
from compiler.blocks.phrases import Phrases, duration_said, listed
from compiler.blocks.shape import Block, Opaque
from compiler.library import FunctionLibrary


def sentence_of(block: Block, library: FunctionLibrary) -> str:
    """What a block says: a sentence with a full stop for a statement, words that fit into one for all else."""
    return Sentences(Phrases(library)).block(block)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:] + ("" if words.endswith((".", ":")) else ".")


def _quoted(text: s.TextLiteral) -> str:
    return f'"{text.value}"'


@dataclass(frozen=True, slots=True)
class Sentences:
    phrases: Phrases

    def block(self, block: Block) -> str:
        if isinstance(block, s.Statement):
            return _sentence(self.statement(block))
        if isinstance(block, s.Action):
            return self.action(block)
        if isinstance(block, s.SizeShare | s.SizeRisk | s.SizeAmount):
            return self.size(block)
        if isinstance(block, s.TestWith | s.TestGiven | s.TestExpect):
            return self.test_line(block)
        match block:
            case s.Attached():
                return self.attached(block)
            case s.Entry():
                return self.entry(block)
            case s.Setting():
                return self.setting(block)
            case s.Argument(name=name, value=value):
                return f"{name.name} {self.say(value)}" if name is not None else self.say(value)
            case s.Output(name=name, value=value):
                return f"{name.name}: {self.say(value)}" if name is not None else self.say(value)
            case s.Param(name=given, default=default):
                return f"{given.name} ({self.say(default)} unless given)" if default is not None else given.name
            case s.PlotItem(value=value, label=label):
                return f"{self.say(value)} as {_quoted(label)}" if label is not None else self.say(value)
            case Opaque(text=text):
                return f"what could not be read: {' '.join(text.split())}"
            case _:
                return self.say(block)

    def say(self, expr: s.Expr) -> str:
        return self.phrases.say(expr)

    # ------------------------------------------------------------ statements

    def statement(self, statement: s.Statement) -> str:
        match statement:
            case s.Edition(number=number):
                return f"this program is written in edition {number} of the language"
            case s.Strategy(title=title):
                return f"this is the strategy {_quoted(title)}"
            case s.Library(title=title, version=version):
                return f"this is version {version} of the library {_quoted(title)}"
            case s.Use(title=title, version=version, alias=alias):
                known = f", here called {alias.name}" if alias is not None else ""
                return f"use version {version} of the library {_quoted(title)}{known}"
            case s.Trade():
                return self.trade(statement)
            case s.Input():
                return self.input(statement)
            case s.Require(condition=condition):
                return f"only values with which {self.say(condition)} are allowed"
            case s.Settings(lines=lines):
                return f"settings: {'; '.join(self.setting(line) for line in lines)}" if lines else "no settings"
            case s.Let(name=name, value=value):
                return f"let {name.name} be {'whether ' if self.phrases.is_condition(value) else ''}{self.say(value)}"
            case s.Remember(name=name, next=following, first=first):
                return f"remember {name.name}: it begins as {self.say(first)} and on each bar becomes {self.say(following)}"
            case s.Define():
                return self.define(statement)
            case s.When():
                return self.when(statement)
            case s.Every(where=where, actions=actions):
                only = f", where {self.say(where)}" if where is not None else ""
                return f"{self.schedule(statement)}{only}, {self.actions(actions)}"
            case s.Plot(items=items):
                return f"plot {listed([self.block(item) for item in items])}"
            case s.Alert(condition=condition, text=text):
                return f"when {self.say(condition)}, raise the alert {_quoted(text)}"
            case s.Test(title=title, lines=lines):
                return (
                    f"test {_quoted(title)}: {'; '.join(self.test_line(line) for line in lines)}"
                    if lines
                    else f"test {_quoted(title)}"
                )
            case _:
                assert_never(statement)

    def trade(self, trade: s.Trade) -> str:
        what = f"the universe {trade.universe.name}" if trade.universe is not None else listed([t.value for t in trade.symbols])
        hours = ""
        if trade.session is not None:
            place = f" in {trade.zone.value}" if trade.zone is not None else ""
            hours = f", in the session {trade.session.value}{place}"
        return f"trade {what} on {duration_said(trade.every, True)} bars{hours}"

    def input(self, given: s.Input) -> str:
        limits = ""
        if given.choices is not None:
            limits = f", one of {listed([self.say(item) for item in given.choices.items], 'or')}" if given.choices.items else ""
        elif given.low is not None and given.high is not None:
            limits = f", from {self.say(given.low)} to {self.say(given.high)}"
            if given.step is not None:
                limits += f" in steps of {self.say(given.step)}"
        label = f" ({given.label.value})" if given.label is not None else ""
        return f"the input {given.name.name}{label} is {self.say(given.default)} unless set otherwise{limits}"

    def define(self, define: s.Define) -> str:
        names = [param.name.name for param in define.params]
        head = f"{define.name.name} of {listed(names)}" if names else define.name.name
        lines = [self.statement(line) for line in define.body]
        gives = listed([self.block(output) for output in define.outputs])
        return f"the function {head} gives {gives}" + (f", where: {'; '.join(lines)}" if lines else "")

    def when(self, rule: s.When) -> str:
        said = f"when {self.say(rule.condition)}, {self.actions(rule.actions)}"
        if rule.otherwise:
            said += f"; otherwise {self.actions(rule.otherwise)}"
        return said

    def schedule(self, rule: s.Every) -> str:
        words = [word.name for word in rule.words]
        if rule.at is not None:
            return f"every day at {rule.at.value}"
        return f"at the {words[1]} of every {words[0]}" if len(words) > 1 else f"every {words[0]}"

    def actions(self, actions: tuple[s.Action, ...]) -> str:
        return "; and ".join(self.action(action) for action in actions) if actions else "do nothing"

    # ------------------------------------------------------------ actions

    def action(self, action: s.Action) -> str:
        match action:
            case s.OrderAction(verb=verb, size=size, entry=entry, tag=tag, attached=attached):
                what = {"buy": "buy", "short": "sell short", "sell": "sell", "cover": "buy back"}[verb]
                how_much = (
                    f" {self.size(size)}" if size is not None else " all that is held" if verb == "sell" else " all that is short"
                )
                name = f", as {_quoted(tag)}" if tag is not None else ""
                return f"{what}{how_much}{self.entered(entry)}{name}{self.lines(attached)}"
            case s.ExitAction(share=share, tag=tag, entry=entry, attached=attached):
                what = f"what {_quoted(tag)} opened" if tag is not None else "the position"
                part = f"{self.say(share)} of " if share is not None else ""
                return f"close {part}{what}{self.entered(entry)}{self.lines(attached)}"
            case s.ProtectAction(share=share, tag=tag, attached=attached):
                part = f"{self.say(share)} of " if share is not None else ""
                name = f", as {_quoted(tag)}" if tag is not None else ""
                return f"protect {part}the position{name}{self.lines(attached)}"
            case s.CancelAction(tag=tag):
                return f"cancel the order {_quoted(tag)}" if tag is not None else "cancel all resting orders"
            case s.NotifyAction(text=text):
                return f"note {_quoted(text)}"
            case s.HoldTop(count=count, of=of, by=by, where=where, weight=weight):
                only = f" of those where {self.say(where)}" if where is not None else ""
                weights = f"by {self.say(weight)}" if weight is not None else "equally"
                return f"hold the top {self.say(count)} of {of.name} by {self.say(by)}{only}, weighted {weights}"
            case _:
                assert_never(action)

    def size(self, size: s.Size) -> str:
        match size:
            case s.SizeShare(share=share, of=of):
                return f"{self.phrases.part(share)} of {'the position' if of == 'position' else of}"
            case s.SizeRisk(share=share):
                return f"with {self.phrases.part(share)} of equity at risk"
            case s.SizeAmount(amount=amount):
                return self.say(amount)
            case _:
                assert_never(size)

    def entered(self, entry: s.Entry | None) -> str:
        return f" {self.entry(entry)}" if entry is not None else ""

    def entry(self, entry: s.Entry) -> str:
        price = self.say(entry.price) if entry.price is not None else ""
        match entry.kind:
            case "next_open":
                return "at the next open"
            case "this_close":
                return "at this close"
            case "limit":
                return f"with a limit at {price}"
            case "stop":
                return f"with a stop at {price}"
            case "stop_limit":
                limit = self.say(entry.limit) if entry.limit is not None else ""
                return f"with a stop at {price} and a limit at {limit}"
            case _:
                assert_never(entry.kind)

    def lines(self, attached: tuple[s.Attached, ...]) -> str:
        return f", with {listed([self.attached(line) for line in attached])}" if attached else ""

    def attached(self, line: s.Attached) -> str:
        value = self.say(line.value)
        match line.kind:
            case "stop_at":
                return f"a stop loss at {value}"
            case "stop_share":
                return f"a stop loss {value} from the entry"
            case "target_at":
                return f"a target at {value}"
            case "target_share":
                return f"a target {value} from the entry"
            case "target_r":
                return f"a target {value} from the entry (R is the distance to the stop)"
            case "trail":
                after = f" once the trade is {self.say(line.second)} ahead" if line.second is not None else ""
                return f"a stop that trails by {value}{after}"
            case "hold":
                return f"an exit after at most {self.phrases.bars(line.value)}"
            case "expire":
                return f"an order that lapses after {self.phrases.bars(line.value)}"
            case _:
                assert_never(line.kind)

    # ------------------------------------------------------------ settings and tests

    def setting(self, line: s.Setting) -> str:
        values = [
            duration_said(v, line.key.name == "fills") if isinstance(v, s.DurationLiteral) else self.say(v) for v in line.values
        ]
        words = [word.name for word in line.words]
        first = values[0] if values else " ".join(words).replace("_", " ")
        match line.key.name:
            case "capital":
                return f"begin with {first}"
            case "commission":
                return f"a commission of {first}{f' per {words[-1]}' if words else ''}"
            case "maker":
                return f"{first} where an order waited at its limit"
            case "slippage":
                return f"a slippage of {first}"
            case "fills":
                return f"orders fill by the model {' '.join(words).replace('_', ' ')}{f' on {first} bars' if values else ''}"
            case "pyramiding":
                return f"at most {first} open {'entry' if first == '1' else 'entries'} at a time"
            case "margin":
                return f"a margin of {first}"
            case "maintenance":
                return f"a maintenance margin of {first}"
            case "borrow":
                return f"borrowing shares costs {first} a year"
            case "interest":
                return f"borrowed money costs {first} a year"
            case "funding":
                return f"longs pay shorts {first} every {values[-1]}"
            case "flat":
                return f"no position from {first} before the close"
            case "limit direction":
                return f"only {first} positions" if first in ("long", "short") else "positions in both directions"
            case "limit volume":
                return f"no bar fills more than {first} of its volume"
            case key:
                return f"a limit of {first} on the {key.removeprefix('limit ').replace('_', ' ')}"

    def test_line(self, line: s.TestLine) -> str:
        match line:
            case s.TestWith(values=values):
                said = [f"{v.name.name} {self.say(v.value)}" if v.name is not None else self.say(v.value) for v in values]
                return f"with {listed(said)}"
            case s.TestGiven(series=series, values=given):
                return f"given that {series.name} is {self.say(given)}"
            case s.TestExpect(kind="order", verb=verb, bar=bar):
                return f"expect {'an' if verb is not None and verb.name == 'exit' else 'a'} {verb.name if verb else 'order'}{self.at_bar(bar)}"
            case s.TestExpect(kind="no_order", bar=bar):
                return f"expect no order{self.at_bar(bar)}"
            case s.TestExpect(kind="position", value=value, bar=bar):
                return f"expect a position of {self.say(value) if value is not None else '?'}{self.at_bar(bar)}"
            case s.TestExpect(what=what, value=value, bar=bar, tolerance=tolerance):
                exact = f", give or take {self.say(tolerance)}" if tolerance is not None else ""
                subject = self.say(what) if what is not None else "?"
                return f"expect {subject}{self.at_bar(bar)} to be {self.say(value) if value is not None else '?'}{exact}"
            case _:
                assert_never(line)

    def at_bar(self, bar: s.Number | None) -> str:
        return f" at bar {bar.value:g}" if bar is not None else ""
