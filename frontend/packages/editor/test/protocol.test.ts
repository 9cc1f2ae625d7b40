// The protocol's pure parts: places, edits, requests, pauses, tokens, snippets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeSet, Text } from "@codemirror/state";
import { snippetOf } from "../src/features/completing";
import { labelOf } from "../src/features/inlays";
import { spoken } from "../src/features/prose";
import { decoded, edited } from "../src/features/semantic";
import { activeParameter } from "../src/features/signatures";
import { nameOf } from "../src/language/unseen";
import { pause, USUAL } from "../src/protocol/backoff";
import { changesOf, editsByDocument } from "../src/protocol/edits";
import { offsetAt, placeAt, spanOf } from "../src/protocol/positions";
import { RequestFailed, Requests } from "../src/protocol/requests";

const at = (line: number, character: number) => ({ line, character });
const text = (...all: string[]) => Text.of(all);

/** Random numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

test("places count UTF-16 units, and what lies outside is brought to the nearest end", () => {
  const doc = text("a🚀b", "", "z");
  assert.equal(offsetAt(doc, at(0, 3)), 3);
  assert.deepEqual(placeAt(doc, 3), at(0, 3));
  assert.equal(offsetAt(doc, at(0, 99)), 4);
  assert.equal(offsetAt(doc, at(9, 0)), doc.length);
  assert.equal(offsetAt(doc, at(-1, 5)), 0);
  for (let offset = 0; offset <= doc.length; offset++) assert.equal(offsetAt(doc, placeAt(doc, offset)), offset);
  assert.deepEqual(spanOf(doc, { start: at(2, 0), end: at(1, 0) }), { from: 6, to: 6 });
});

test("edits are made in the terms of the text before all of them, in their order where they meet", () => {
  const doc = text("let a = b", "let c = a");
  const edits = [
    { range: { start: at(1, 8), end: at(1, 9) }, newText: "xx" },
    { range: { start: at(0, 4), end: at(0, 5) }, newText: "xx" },
    { range: { start: at(0, 0), end: at(0, 0) }, newText: "1" },
    { range: { start: at(0, 0), end: at(0, 0) }, newText: "2" },
  ];
  const changes = changesOf(doc, edits);
  assert.ok(changes);
  assert.equal(ChangeSet.of(changes, doc.length).apply(doc).toString(), "12let xx = b\nlet c = xx");
});

test("edits that overlap are refused, and so are edits of files as such", () => {
  const doc = text("abcdef");
  const over = (from: number, to: number) => ({ range: { start: at(0, from), end: at(0, to) }, newText: "" });
  assert.equal(changesOf(doc, [over(0, 3), over(2, 5)]), null);
  assert.notEqual(changesOf(doc, [over(0, 3), over(3, 5)]), null);
  assert.equal(editsByDocument({ documentChanges: [{ kind: "create", uri: "file:///a" }] }), null);
  assert.deepEqual(editsByDocument({ changes: { "file:///a": [] } }), [{ uri: "file:///a", version: null, edits: [] }]);
});

test("a request is answered once, by its own answer", async () => {
  const sent: { id: string; method: string }[] = [];
  const requests = new Requests((message) => sent.push(JSON.parse(message) as { id: string; method: string }));
  const first = requests.ask("a", {}, 0);
  const second = requests.ask("b", {}, 0);
  assert.deepEqual(sent.map(({ method }) => method), ["a", "b"]);
  assert.ok(requests.answered(sent[1]?.id, { result: 2 }));
  assert.ok(requests.answered(sent[0]?.id, { result: 1 }));
  assert.ok(!requests.answered(7, { result: 1 }), "an id of another's");
  assert.deepEqual([await first, await second, requests.count], [1, 2, 0]);
});

test("a request that has no answer says why", async () => {
  const sent: { id: string; method: string }[] = [];
  const requests = new Requests((message) => sent.push(JSON.parse(message) as { id: string; method: string }));
  const failed = async (promise: Promise<unknown>) => {
    try {
      await promise;
    } catch (error) {
      assert.ok(error instanceof RequestFailed);
      return [error.kind, error.code, error.message];
    }
    return assert.fail("it was answered");
  };
  const refused = requests.ask("a", {}, 0);
  requests.answered(sent[0]?.id, { error: { code: -32602, message: "not so" } });
  assert.deepEqual(await failed(refused), ["refused", -32602, "not so"]);
  const params = {};
  const cancelled = requests.ask("b", params, 0);
  requests.cancel(params);
  assert.equal(sent.at(-1)?.method, "$/cancelRequest");
  requests.answered(sent[1]?.id, { error: { code: -32800, message: "cancelled" } });
  assert.equal((await failed(cancelled))[0], "cancelled");
  assert.equal((await failed(requests.ask("c", {}, 5)))[0], "timeout");
  const lost = [requests.ask("d", {}, 1000), requests.ask("e", {}, 0)];
  requests.lose("The connection was lost.");
  for (const promise of lost) assert.deepEqual(await failed(promise), ["lost", 0, "The connection was lost."]);
  const unsent = new Requests(() => {
    throw new Error("there is no connection");
  });
  assert.equal((await failed(unsent.ask("f", {}, 0)))[0], "lost");
  assert.deepEqual([requests.count, unsent.count], [0, 0]);
});

test("pauses double up to the most, and keep half to chance", () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failed) => pause(failed, USUAL, () => 1));
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  assert.deepEqual([1, 1000].map((failed) => pause(failed, USUAL, () => 0)), [125, 7500]);
});

test("semantic tokens are read from numbers relative to each other", () => {
  const legend = { tokenTypes: ["function", "parameter"], tokenModifiers: ["declaration", "readonly"] };
  assert.deepEqual(decoded([0, 4, 3, 0, 0, 0, 5, 2, 1, 3, 2, 1, 1, 0, 2], legend), [
    { line: 0, column: 4, length: 3, type: "function", modifiers: [] },
    { line: 0, column: 9, length: 2, type: "parameter", modifiers: ["declaration", "readonly"] },
    { line: 2, column: 1, length: 1, type: "function", modifiers: ["readonly"] },
  ]);
});

test("differences of semantic tokens give the numbers that a splice of each would, last first", () => {
  const chance = numbers(7);
  for (let round = 0; round < 300; round++) {
    const data = Array.from({ length: chance(40) }, () => chance(1000));
    const edits: { start: number; deleteCount: number; data?: number[] }[] = [];
    for (let start = chance(6); start <= data.length; start += 1 + chance(9)) {
      const deleteCount = Math.min(chance(4), data.length - start);
      edits.push({ start, deleteCount, ...(chance(2) ? { data: Array.from({ length: chance(5) }, () => chance(1000)) } : {}) });
      start += deleteCount;
    }
    const spliced = [...data];
    for (const { start, deleteCount, data: inserted } of [...edits].reverse()) spliced.splice(start, deleteCount, ...(inserted ?? []));
    assert.deepEqual(edited(data, edits), spliced);
  }
});

test("snippets keep their fields and their text, and the last place comes last", () => {
  assert.equal(snippetOf("buy ${1:10%} of equity"), "buy ${1:10%} of equity");
  assert.equal(snippetOf("sma($1, ${2:20})$0"), "sma(${1}, ${2:20})${3}");
  assert.equal(snippetOf('notify "\\$5 {symbol\\}"'), 'notify "$5 {symbol\\}"');
  assert.equal(snippetOf("fills ${1|pessimistic,ohlc_path|}"), "fills ${1:pessimistic}");
});

test("a hint in parts is read as one", () => {
  assert.equal(labelOf({ position: at(0, 0), label: [{ value: "price" }, { value: ", 20 bars" }] }), "price, 20 bars");
});

test("the parameter at the cursor is found by its place or its words, the signature's own number first", () => {
  const label = "ema(x = close, n = 20 bars)";
  const signature = { label, parameters: [{ label: [4, 13] as [number, number] }, { label: "n = 20 bars" }] };
  assert.deepEqual(activeParameter({ signatures: [signature], activeParameter: 0 }, 0), [4, 13]);
  assert.deepEqual(activeParameter({ signatures: [signature], activeParameter: 1 }, 0), [15, 26]);
  assert.deepEqual(activeParameter({ signatures: [{ ...signature, activeParameter: 1 }], activeParameter: 0 }, 0), [15, 26]);
  assert.equal(activeParameter({ signatures: [signature], activeParameter: 2 }, 0), null);
  assert.equal(activeParameter({ signatures: [signature] }, 0), null);
  assert.equal(activeParameter({ signatures: [], activeParameter: 0 }, 0), null);
});

test("what is said to the ear has no backticks, and a character that cannot be seen has a name", () => {
  assert.equal(spoken("`close` is a price and `volume` is not; one ` alone stays"), "close is a price and volume is not; one ` alone stays");
  assert.equal(nameOf("\u2028"), "line separator, U+2028");
  assert.equal(nameOf("\u0001"), "U+0001");
});
