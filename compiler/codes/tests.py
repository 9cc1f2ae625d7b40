"""E07: tests in the file."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import caution, mistake

_RULE = "settings\n  commission 0.1%\ninput length = 2 bars in 2 .. 50\nwhen close > sma(close, length)\n  buy 10 shares\n"
_CLOSE = "  given close = [10, 11, 12]\n"

TESTS: tuple[Code, ...] = (
    mistake(
        "E0701", "A test sets what is no input",
        "`with` gives inputs of the program other values for one test. Everything else follows from the bars.",
        _RULE + 'test "buys"\n  with lenght = 3 bars\n' + _CLOSE + "  expect no order\n",
        _RULE + 'test "buys"\n  with length = 3 bars\n' + _CLOSE + "  expect no order at bar 0\n",
    ),
    mistake(
        "E0702", "A test gives what is no series of the market",
        "`given` lists prices or volumes, bar by bar: `open`, `high`, `low`, `close`, `volume`. Lets and functions follow from them.",
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given volum = [1, 1, 1]\n  expect buy at bar 1\n',
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given volume = [1, 1, 1]\n  expect buy at bar 1\n',
    ),
    mistake(
        "E0703", "Given twice in one test",
        "A test sets an input once and gives a series once; of two lines nobody could say which counts.",
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given close = [10, 12, 14]\n  expect buy at bar 1\n',
        _RULE + 'test "buys"\n  given close = [10, 12, 14]\n  expect buy at bar 1\n',
    ),
    mistake(
        "E0704", "A test without bars",
        "A test runs on the bars that it gives, and `close` is the series that the others follow from.",
        _RULE + 'test "buys"\n  expect no order\n', _RULE + 'test "buys"\n' + _CLOSE + "  expect buy at bar 1\n",
    ),
    mistake(
        "E0705", "Not a price or volume",
        "Lists hold fixed numbers: prices above zero, volumes of zero or more, and `unknown` where the market had no value.",
        _RULE + 'test "buys"\n  given close = [10, 0, 12]\n  expect no order\n',
        _RULE + 'test "buys"\n  given close = [10, unknown, 12]\n  expect no order at bar 1\n',
    ),
    mistake(
        "E0706", "Lists of different lengths",
        "Each value of a list belongs to the bar of its place, so all lists of a test are as long as `close`.",
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given volume = [1, 1]\n  expect buy at bar 1\n',
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given volume = [1, 1, 1]\n  expect buy at bar 1\n',
    ),
    mistake(
        "E0707", "A bar that can't be",
        "No price of a bar lies above its high or below its low.",
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given high = [10, 10, 12]\n  expect buy at bar 1\n',
        _RULE + 'test "buys"\n  given close = [10, 11, 12]\n  given high = [10, 11.5, 12]\n  expect buy at bar 1\n',
    ),
    mistake(
        "E0708", "A value that the input does not allow",
        "A test keeps to the ranges, choices and units of the inputs, as a run does.",
        _RULE + 'test "buys"\n  with length = 60 bars\n' + _CLOSE + "  expect no order\n",
        _RULE + 'test "buys"\n  with length = 50 bars\n' + _CLOSE + "  expect no order\n",
    ),
    mistake(
        "E0709", "Inputs of a test that break a requirement",
        "What the program requires of its inputs holds in its tests too. Inputs that a test leaves out keep their defaults.",
        'input fast = 20 bars\ninput slow = 50 bars\nrequire fast < slow\nlet gap = sma(close, fast) - sma(close, slow)\nplot gap\n'
        'test "gap"\n  with slow = 3 bars\n' + _CLOSE + "  expect gap at bar 0 is unknown\n",
        'input fast = 20 bars\ninput slow = 50 bars\nrequire fast < slow\nlet gap = sma(close, fast) - sma(close, slow)\nplot gap\n'
        'test "gap"\n  with fast = 2 bars, slow = 3 bars\n' + _CLOSE + "  expect gap at bar 0 is unknown\n",
    ),
    mistake(
        "E0710", "A bar that the test does not have",
        "Bars count from 0, so three bars are 0, 1 and 2.",
        _RULE + 'test "buys"\n' + _CLOSE + "  expect buy at bar 3\n", _RULE + 'test "buys"\n' + _CLOSE + "  expect buy at bar 2\n",
    ),
    mistake(
        "E0711", "A test that expects nothing",
        "What expects nothing can't fail, and proves nothing.",
        _RULE + 'test "buys"\n' + _CLOSE, _RULE + 'test "buys"\n' + _CLOSE + "  expect buy at bar 1\n",
    ),
    mistake(
        "E0712", "An expectation of another kind or unit",
        "A price is expected to be a price, a condition to be true, false or unknown.",
        "let up = close > open\nplot up\n" + 'test "up"\n' + _CLOSE + "  expect up at bar 1 is 1\n",
        "let up = close > open\nplot up\n" + 'test "up"\n' + _CLOSE + "  expect up at bar 1 is true\n",
    ),
    mistake(
        "E0713", "An order that no rule makes",
        "`expect buy at bar 5` says that a rule with `buy` fires on bar 5 and its order is made. Without such a rule it can only fail.",
        _RULE + 'test "sells"\n' + _CLOSE + "  expect short at bar 2\n", _RULE + 'test "sells"\n' + _CLOSE + "  expect buy at bar 2\n",
    ),
    mistake(
        "E0714", "Expectations that contradict each other",
        "An order and no order on the same bar, or two values of one name, can't both come true.",
        _RULE + 'test "buys"\n' + _CLOSE + "  expect buy at bar 1\n  expect no order\n",
        _RULE + 'test "buys"\n' + _CLOSE + "  expect buy at bar 1\n  expect no order at bar 0\n",
    ),
    mistake(
        "E0715", "Too many tests in one file",
        "Checking a file takes bounded time, so it holds at most 500 tests.",
        "plot close\n" + "".join(f'test "t{i}"\n' + _CLOSE + "  expect close at bar 1 is 11\n" for i in range(501)),
        "plot close\n" + 'test "t"\n' + _CLOSE + "  expect close at bar 1 is 11\n",
    ),
    caution(
        "W0710", "Two tests of one title",
        "A title says which test failed.",
        "plot close\n" + 'test "rises"\n' + _CLOSE + "  expect close at bar 1 is 11\n" + 'test "rises"\n' + _CLOSE + "  expect close at bar 2 is 12\n",
        "plot close\n" + 'test "rises"\n' + _CLOSE + "  expect close at bar 1 is 11\n" + 'test "rises on"\n' + _CLOSE + "  expect close at bar 2 is 12\n",
    ),
)  # fmt: skip
