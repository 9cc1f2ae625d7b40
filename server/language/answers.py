"""What the routes of the language give, as typed models: documentation and clients are made from them, and tests hold every answer to them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from server.language.trees import BlockTree, TextEdit
from server.problems import Problem

Value = bool | float | str


class Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PositionOf(Given):
    """As editors count: lines from 0, columns in UTF-16 units from 0."""

    line: int
    character: int


class RangeOf(Given):
    start: PositionOf
    end: PositionOf


class LabelOf(Given):
    """A second place that explains the first. file: where it is in another text."""

    range: RangeOf
    text: str
    file: str | None = None


class RangeEdit(Given):
    range: RangeOf
    text: str


class FixOf(Given):
    """A correction that can be applied. safe: it keeps the meaning that the author most likely had."""

    title: str
    safe: bool
    edits: list[RangeEdit]


class DiagnosticOf(Given):
    """A mistake or warning, as `apx check --json` gives it. file: the name of the text, or of a library that it uses."""

    file: str
    code: str = Field(examples=["E0301"])
    severity: Literal["error", "warning", "info"]
    message: str
    range: RangeOf
    hint: str
    labels: list[LabelOf]
    fixes: list[FixOf]


class InputOf(Given):
    """An input with its range. Shares are fractions (1% is 0.01). in_ticks: values are numbers of ticks. written, range_written: as the program has them."""

    name: str
    kind: Literal["number", "truth", "text"]
    unit: str
    default: Value
    low: float | None
    high: float | None
    step: float | None
    choices: list[Value]
    label: str
    doc: str
    written: str
    range_written: str
    in_ticks: bool


class NameOf(Given):
    """What a name stands for. can_be: which values it takes, in words; '' where the program has errors, and for what is no number or condition."""

    name: str
    role: Literal["input", "let", "remember"]
    type: str = Field(examples=["number", "condition", "text"])
    unit: str = Field(examples=["price"])
    can_be: str


class SentenceOf(Given):
    """What a statement says in plain English. id: of its block. line: from 0."""

    id: str
    line: int
    sentence: str


class FactsOf(Given):
    """What is known before a run, with the inputs' defaults."""

    warmup: int = Field(description="bars before every output is known")
    settle: int | None = Field(
        description="bars after which an earlier start changes nothing above 1e-6; null: there is no such number"
    )
    cost: float = Field(description="nanoseconds a bar, by the costs that functions declare")
    state: int = Field(description="bytes kept from bar to bar")


class TradeOf(Given):
    """What the program is made for. beside: other instruments that it reads."""

    symbols: list[str]
    universe: str
    every: str
    session: str
    beside: list[str]


class LibraryOf(Given):
    title: str
    version: int
    sha256: str


class EditedOf(Given):
    """The text after the edits that came with the request, and for each of them its text edits and those that undo it."""

    source: str
    steps: list[StepOf]


class StepOf(Given):
    edits: list[TextEdit]
    undo: list[TextEdit]


class ProgramOf(Given):
    """What is known of a program. What can't be told of a program with errors is null or empty."""

    title: str
    kind: Literal["strategy", "library"]
    source_hash: str = Field(description="SHA-256 of the text in UTF-8")
    hash: str | None = Field(description="SHA-256 of the text, the edition, the standard library and the libraries it uses")
    diagnostics: list[DiagnosticOf]
    inputs: list[InputOf]
    names: list[NameOf]
    sentences: list[SentenceOf]
    facts: FactsOf | None
    trade: TradeOf | None
    libraries: list[LibraryOf]
    edited: EditedOf | None = Field(description="null where the request has no edits")


class ColumnOf(Given):
    """A result of a run: one value a bar."""

    name: str
    role: Literal["let", "rule", "plot", "alert", "order"]
    type: Literal["number", "condition"]
    unit: str
    label: str


class PlanOf(Given):
    """What the machines run, with the inputs' defaults. Equal hashes give equal bits on equal bars."""

    hash: str = Field(description="of the plan that computes every let, rule and plot")
    backtest_hash: str = Field(description="of the plan with only what orders need")
    feeds: list[str] = Field(description="what it reads of each bar")
    columns: list[ColumnOf]
    steps: int
    registers: int
    actions: int


class CompileAnswer(ProgramOf):
    """A program without errors, and its plan."""

    plan: PlanOf


class OutcomeOf(Given):
    """What became of one `expect`. rules and picture tell why one failed, as `apx test --json` does."""

    text: str
    line: int
    kind: str
    bar: int | None
    passed: bool
    happened: str
    rules: list[dict[str, Any]]
    picture: dict[str, Any] | None


class TestOf(Given):
    """A `test` block that was run. error: why it could not be run. line: from 1, as messages count."""

    title: str
    line: int
    passed: bool
    error: str
    bars: int
    expectations: list[OutcomeOf]


class ValidateAnswer(ProgramOf):
    """A program, with mistakes or without."""

    valid: bool = Field(description="no diagnostic is an error; tests have no part in it")
    tests: list[TestOf] | None = Field(description="null where they were not run: not asked for, or the program has errors")
    blocks: BlockTree | None = Field(description="null where not asked for, or where the text is too long to be read")


class FormatAnswer(Given):
    """The text in the one canonical layout. A line that can't be read stays as it is."""

    source: str
    changed: bool
    source_hash: str


class EditAnswer(Given):
    """The text edits of a block edit, in order and apart, and those that undo it. source_hash: of the text after it."""

    version: Literal[1]
    offsets: Literal["utf-16"]
    edits: list[TextEdit]
    undo: list[TextEdit]
    source_hash: str


class CatalogueAnswer(BaseModel):
    """Everything that can be written. The lists hold objects; docs/language says what each describes."""

    model_config = ConfigDict(extra="allow")

    version: int
    edition: int
    library: str
    functions: list[dict[str, Any]]
    operators: list[dict[str, Any]]
    phrases: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    units: list[dict[str, Any]]
    templates: list[dict[str, Any]]
    diagnostics: list[dict[str, Any]]
    hash: str


class ProgramProblem(Problem):
    """The program has errors."""

    diagnostics: list[DiagnosticOf]


class TreeProblem(Problem):
    """The tree is not that of its text. at: JSON pointer into the tree. block: id of the innermost block there."""

    at: str
    block: str


class EditProblem(Problem):
    """An edit can't be made. index: which one, from 0."""

    reason: str
    index: int


class StaleProblem(Problem):
    """The edit was made for another text. source_hash: of the text that was sent."""

    source_hash: str
