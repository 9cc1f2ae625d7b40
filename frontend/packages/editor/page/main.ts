// An editor on a page: its text, its language server, and what the page says of the connection. `?server=ws://…&uri=file:///…` says where the server is and what the text is called.

import { Compartment } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { appearance, Connection, editing, format, inlayHintsShown, languageClient, toggleInlayHints } from "../src";
import type { Mode, Status } from "../src";

const FIRST = `apx 1

strategy "Golden cross"
trade "AAPL" every 1d

input fast = 50 bars in 2 .. 100
input slow = 200 bars in 3 .. 400

let quick = sma(close, fast)
let trend = sma(close, slow)

when quick crosses above trend
  buy 10% of equity
    stop loss at 5%

when quick crosses below trend
  exit position
`;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element ${id}.`);
  return found;
}

function said(status: Status): string {
  switch (status.kind) {
    case "connecting":
      return status.attempt > 1 ? `Connecting again, attempt ${status.attempt}` : "Connecting";
    case "online":
      return "Language server: connected";
    case "waiting":
      return `${status.reason} Trying again in ${Math.ceil(status.milliseconds / 1000)} s.`;
    case "closed":
      return "Language server: off";
  }
}

const asked = new URLSearchParams(location.search);
const uri = asked.get("uri") ?? "untitled:strategy.apx";
const room = new Compartment();
let mode: Mode = asked.get("mode") === "dark" || (!asked.has("mode") && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light";

const client = languageClient({
  settings: () => ({}),
  show: (address) => {
    if (!/^https?:/.test(address)) return false; // a page cannot open a file of the machine
    window.open(address, "_blank", "noopener");
    return true;
  },
});
const view = new EditorView({
  doc: asked.get("text") ?? FIRST,
  extensions: [editing("Strategy, in the language of ApexTrade"), room.of(appearance(mode)), client.plugin(uri, "apx"), EditorView.updateListener.of(({ state }) => element("hints").setAttribute("aria-pressed", String(inlayHintsShown(state))))],
  parent: element("editor"),
});
const connection = new Connection(client, { url: asked.get("server") ?? "ws://127.0.0.1:2087" });

function dress(): void {
  document.documentElement.dataset["mode"] = mode;
  element("mode").setAttribute("aria-pressed", String(mode === "dark"));
  view.dispatch({ effects: room.reconfigure(appearance(mode)) });
}

element("name").textContent = uri.slice(uri.lastIndexOf("/") + 1);
element("mode").addEventListener("click", () => {
  mode = mode === "dark" ? "light" : "dark";
  dress();
});
element("format").addEventListener("click", () => format(view));
element("hints").addEventListener("click", () => toggleInlayHints(view));
connection.changed.on((status) => {
  element("status").textContent = said(status);
  element("status").dataset["kind"] = status.kind;
});
dress();
connection.open();
view.focus();

// For whoever drives the page from outside: the browser's console, and tests.
Object.assign(globalThis, { apx: { view, client, connection } });
