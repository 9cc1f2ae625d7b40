// A line of a program cut into coloured tokens, by the rules that the compiler's own tables give (grammar.json).

import grammar from "./grammar.json";

export type Rule = { readonly match: string; readonly scope?: string; readonly groups?: readonly string[] };
export type Token = { readonly from: number; readonly to: number; readonly scope: string };

type Compiled = { readonly expression: RegExp; readonly scope: string; readonly groups: readonly string[] };

// `y`: only where asked. `d`: where each group is.
const compiled: readonly Compiled[] = (grammar.rules as readonly Rule[]).map((rule) => ({
  expression: new RegExp(rule.match, rule.groups ? "yd" : "y"),
  scope: rule.scope ?? "",
  groups: rule.groups ?? [],
}));

/** The tokens of what stands at a place of a line, and where the next may begin. The first rule that matches decides, as in editors with TextMate grammars. */
export function tokensAt(line: string, at: number): { readonly tokens: readonly Token[]; readonly end: number } {
  for (const { expression, scope, groups } of compiled) {
    expression.lastIndex = at;
    const found = expression.exec(line);
    if (!found || found[0] === "") continue;
    const end = at + found[0].length;
    if (groups.length === 0) return { tokens: [{ from: at, to: end, scope }], end };
    const tokens: Token[] = [];
    groups.forEach((name, index) => {
      const place = found.indices?.[index + 1];
      if (place && place[1] > place[0]) tokens.push({ from: place[0], to: place[1], scope: name });
    });
    return { tokens, end };
  }
  return { tokens: [], end: at + 1 };
}

/** Every token of a line. */
export function tokensOf(line: string): readonly Token[] {
  const all: Token[] = [];
  for (let at = 0; at < line.length; ) {
    const { tokens, end } = tokensAt(line, at);
    all.push(...tokens);
    at = end;
  }
  return all;
}
