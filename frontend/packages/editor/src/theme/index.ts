// How the editor looks, in a light and in a dark room.

import { EditorView } from "@codemirror/view";
import type { Extension } from "@codemirror/state";
import { colours } from "./colours";
import type { Mode } from "./colours";

const MONO = "ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";
const SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export function appearance(mode: Mode): Extension {
  const c = colours[mode];
  const tile = { backgroundColor: c.panel, color: c.letters, border: `1px solid ${c.border}`, borderRadius: "6px", boxShadow: "0 4px 16px rgb(0 0 0 / 0.18)" };
  const button = { font: "inherit", color: c.button, background: "none", border: "1px solid transparent", borderRadius: "4px", cursor: "pointer" };
  const focus = { outline: `2px solid ${c.button}`, outlineOffset: "1px" };
  return EditorView.theme(
    {
      "&": { backgroundColor: c.background, color: c.letters, fontSize: "14px", height: "100%" },
      "&.cm-focused": { outline: "none" },
      ".cm-scroller": { fontFamily: MONO, lineHeight: "1.55" },
      ".cm-content": { caretColor: c.cursor, padding: "8px 0" },
      ".cm-cursor": { borderLeftColor: c.cursor, borderLeftWidth: "2px" },
      "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection": { backgroundColor: c.selection },
      ".cm-gutters": { backgroundColor: c.background, color: c.gutter, border: "none" },
      ".cm-activeLine": { backgroundColor: `color-mix(in srgb, ${c.activeLine} 70%, transparent)` },
      ".cm-activeLineGutter": { backgroundColor: c.activeLine, color: c.letters },
      ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: c.highlight, outline: `1px solid ${c.border}` },
      ".cm-foldPlaceholder": { backgroundColor: c.panel, color: c.quiet, border: `1px solid ${c.border}`, padding: "0 4px" },
      ".cm-panels": { backgroundColor: c.panel, color: c.letters, fontFamily: SANS },
      ".cm-panels-bottom": { borderTop: `1px solid ${c.border}` },
      ".cm-panels-top": { borderBottom: `1px solid ${c.border}` },
      ".cm-panel.cm-dialog": { padding: "6px 10px", "& label": { fontSize: "13px" } },
      ".cm-textfield": { backgroundColor: c.background, color: c.letters, border: `1px solid ${c.border}`, borderRadius: "4px", padding: "3px 6px", fontSize: "13px" },
      ".cm-button": { backgroundImage: "none", backgroundColor: c.background, color: c.button, border: `1px solid ${c.border}`, borderRadius: "4px", padding: "3px 10px", fontSize: "13px" },
      ".cm-tooltip": { ...tile, fontFamily: SANS, fontSize: "13px", lineHeight: "1.45", zIndex: "20" },
      ".cm-tooltip-section:not(:first-child)": { borderTop: `1px solid ${c.border}` },
      ".cm-tooltip-hover": { maxWidth: "min(46rem, 92vw)", display: "flex", flexDirection: "column" },
      // What is wrong comes before what a word means.
      ".cm-tooltip-hover > .cm-tooltip-lint": { order: "-1", "&:not(:only-child)": { borderTop: "none", borderBottom: `1px solid ${c.border}` } },
      ".cm-tooltip-hover > .cm-tooltip-lint ~ .cm-tooltip-section, .cm-tooltip-hover > .cm-tooltip-section:has(~ .cm-tooltip-lint)": { borderTop: "none" },
      ".cm-diagnostic code, .cm-apx-menu code, .cm-apx-notice code": { fontFamily: MONO, fontSize: "0.95em", backgroundColor: c.highlight, borderRadius: "3px", padding: "0 3px" },
      ".cm-lint-marker-error": { content: mark("<circle cx='20' cy='20' r='13'/>", c.error) },
      ".cm-lint-marker-warning": { content: mark("<path d='M20 6 L35 33 H5 Z'/>", c.warning) },
      ".cm-lint-marker-info": { content: mark("<rect x='8' y='8' width='24' height='24' rx='3'/>", c.info) },
      ".cm-lsp-documentation": {
        padding: "8px 12px", maxHeight: "24rem", maxWidth: "min(44rem, 90vw)", overflow: "auto",
        "& p": { margin: "0 0 6px" }, "& > :last-child": { marginBottom: "0" }, "& ul, & ol": { margin: "0 0 6px", paddingLeft: "20px" },
        "& code, & pre": { fontFamily: MONO, fontSize: "12.5px" }, "& pre": { margin: "0 0 8px", whiteSpace: "pre-wrap" },
        "& :not(pre) > code": { backgroundColor: c.highlight, borderRadius: "3px", padding: "0 3px" },
        "& hr": { border: "none", borderTop: `1px solid ${c.border}`, margin: "8px 0" },
        "& a": { color: c.button },
      },
      ".cm-apx-signature": { padding: "6px 10px", maxWidth: "min(44rem, 90vw)", maxHeight: "16rem", overflowY: "auto" },
      ".cm-apx-signature-label": { fontFamily: MONO, whiteSpace: "pre-wrap" },
      ".cm-apx-signature-parameter": { color: c.button, fontWeight: "700", textDecoration: "underline" },
      ".cm-apx-signature-documentation": { marginTop: "4px", "& p": { margin: "0" } },
      ".cm-lsp-reference-panel": { fontFamily: MONO, fontSize: "13px", padding: "6px 10px", maxHeight: "12rem", "& .cm-lsp-reference[aria-selected]": { backgroundColor: c.selection } },
      ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: MONO, fontSize: "13px", maxHeight: "18em", minWidth: "260px" },
      ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px 2px 4px" },
      ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: c.selection, color: c.letters },
      ".cm-completionDetail": { color: c.quiet, fontStyle: "normal", marginLeft: "1em" },
      ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
      ".cm-tooltip.cm-completionInfo": { padding: "0", width: "max-content", maxWidth: "min(28rem, 60vw)", whiteSpace: "normal" },
      ".cm-diagnostic": { padding: "8px 12px", marginLeft: "0", whiteSpace: "pre-wrap", fontFamily: SANS, maxWidth: "min(44rem, 90vw)" },
      ".cm-diagnostic-error": { borderLeft: `4px solid ${c.error}` },
      ".cm-diagnostic-warning": { borderLeft: `4px solid ${c.warning}` },
      ".cm-diagnostic-info, .cm-diagnostic-hint": { borderLeft: `4px solid ${c.info}` },
      ".cm-lintRange-error": squiggle(c.error),
      ".cm-lintRange-warning": squiggle(c.warning),
      ".cm-lintRange-info, .cm-lintRange-hint": squiggle(c.info),
      ".cm-panel.cm-panel-lint ul [aria-selected]": { backgroundColor: c.selection, color: c.letters, "& u": { textDecoration: "underline" } },
      ".cm-apx-unnecessary": { opacity: "0.65" },
      ".cm-apx-code": { color: c.quiet, fontSize: "12px", marginLeft: "4px" },
      "a.cm-apx-code": { color: c.button },
      ".cm-apx-related button": { ...button, color: c.quiet, padding: "1px 0", textDecoration: "underline", "&:focus-visible": focus },
      ".cm-apx-fixes": { display: "flex", flexWrap: "wrap", gap: "6px", "&:not(:empty)": { marginTop: "8px" } },
      ".cm-apx-fix": { ...button, border: `1px solid ${c.button}`, padding: "3px 10px", minHeight: "26px", "&:hover": { backgroundColor: c.highlight }, "&:focus-visible": focus },
      ".cm-apx-lights": { width: "22px" },
      ".cm-apx-light": { ...button, color: c.warning, padding: "0", width: "22px", minHeight: "0", height: "1.55em", display: "flex", alignItems: "center", justifyContent: "center" },
      ".cm-apx-menu": { padding: "4px", display: "flex", flexDirection: "column", minWidth: "16rem" },
      ".cm-apx-menu button": { ...button, color: c.letters, textAlign: "left", padding: "5px 10px", minHeight: "28px", "&:hover": { backgroundColor: c.highlight }, "&:focus": { backgroundColor: c.selection, outline: `1px solid ${c.button}` } },
      ".cm-apx-notice": { padding: "6px 12px", fontSize: "13px" },
      ".cm-apx-notice-warning": { color: c.warning },
      ".cm-apx-notice-done": { color: c.good },
      ".cm-apx-read": { backgroundColor: c.highlight, borderRadius: "2px" },
      ".cm-apx-write": { backgroundColor: c.write, borderRadius: "2px" },
      ".cm-apx-inlay": { color: c.quiet, backgroundColor: c.panel, border: `1px solid ${c.border}`, borderRadius: "4px", padding: "0 4px", fontSize: "11.5px", fontFamily: SANS, verticalAlign: "1px", marginLeft: "3px", userSelect: "none" },
      ".cm-apx-inlay-left": { marginLeft: "6px" },
      ".cm-apx-inlay-right": { marginRight: "6px" },
      "&.cm-apx-no-inlays .cm-apx-inlay": { display: "none" },
      ".cm-apx-lenses": { padding: "2px 8px 0 6px", fontFamily: SANS, fontSize: "12.5px", whiteSpace: "pre-wrap", overflowWrap: "anywhere", maxWidth: "var(--apx-lens-width, 100%)", boxSizing: "border-box" },
      ".cm-apx-lens": { ...button, padding: "1px 0", marginLeft: "-1px", minHeight: "20px", textAlign: "left", whiteSpace: "inherit", "&:hover": { textDecoration: "underline" }, "&:focus-visible": focus },
      ".cm-apx-lens[aria-busy=true]": { color: c.quiet, cursor: "progress" },
      ".cm-apx-lens[aria-busy=true]::after": { content: "' …'" },
      ".cm-apx-lens-bar": { color: c.border, padding: "0 4px" },
      ".cm-apx-lens-result": { color: c.letters, padding: "1px 4px" },
      ".cm-apx-token-parameter, .cm-apx-token-variable.cm-apx-token-readonly": { color: c.input },
      ".cm-apx-token-property": { color: c.market },
      ".cm-apx-token-namespace": { color: c.state },
      ".cm-apx-token-function, .cm-apx-token-method": { color: c.function },
      ".cm-apx-token-variable.cm-apx-token-defaultLibrary": { color: c.market },
      ".cm-apx-token-declaration": { fontWeight: "600" },
      "@media (prefers-reduced-motion: reduce)": { ".cm-cursorLayer": { animation: "none !important" } },
      "@media (forced-colors: active)": { ".cm-apx-inlay, .cm-apx-menu button:focus": { border: "1px solid" } },
    },
    { dark: mode === "dark" },
  );
}

/** A mark in the gutter, in one colour and with a shape of its own. */
function mark(shape: string, colour: string): string {
  return `url("data:image/svg+xml,${encodeURIComponent(`<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 40 40' fill='${colour}'>${shape}</svg>`)}")`;
}

/** A wavy line that is seen without its colour, too. */
function squiggle(colour: string): Record<string, string> {
  return { backgroundImage: "none", textDecoration: `underline wavy ${colour} 1.5px`, textUnderlineOffset: "3px", textDecorationSkipInk: "none" };
}

export { colours } from "./colours";
export type { Colour, Mode } from "./colours";
