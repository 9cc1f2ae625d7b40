// Colours texts with the engine that editors use: `node textmate_tokens.mjs MODULES GRAMMAR < texts.json`, a scope for every character.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, grammarFile] = process.argv.slice(2);
const require = createRequire(join(modules, "here.js"));
const oniguruma = require("vscode-oniguruma");
const textmate = require("vscode-textmate");

const wasm = readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")).buffer;
await oniguruma.loadWASM(wasm);
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(readFileSync(grammarFile, "utf8"), grammarFile),
});
const grammar = await registry.loadGrammar("source.apx");
const coloured = JSON.parse(readFileSync(0, "utf8")).map((text) => {
  let state = textmate.INITIAL;
  return text.split("\n").map((line) => {
    const found = grammar.tokenizeLine(line, state);
    state = found.ruleStack;
    const scopes = [];
    for (const token of found.tokens) {
      const scope = token.scopes.length > 1 ? token.scopes[token.scopes.length - 1] : "";
      for (let i = token.startIndex; i < Math.min(token.endIndex, line.length); i++) scopes[i] = scope;
    }
    return scopes;
  });
});
process.stdout.write(JSON.stringify(coloured));
