// The colours of the editor in a light and in a dark room. Every colour that letters have reads at 4.5 to 1 or better on its background; a test computes it.

export type Colour =
  | "background" | "letters" | "quiet" | "gutter" | "activeLine" | "selection" | "cursor" | "border" | "panel" | "button"
  | "comment" | "documentation" | "text" | "number" | "unit" | "keyword" | "function" | "market" | "name" | "sign" | "input" | "state"
  | "error" | "warning" | "info" | "good" | "highlight" | "write";
export type Mode = "light" | "dark";

export const colours: Readonly<Record<Mode, Readonly<Record<Colour, string>>>> = {
  light: {
    background: "#ffffff", letters: "#1d2433", quiet: "#5b6475", gutter: "#5f6878", activeLine: "#f3f6fb", selection: "#cfe0fb", cursor: "#1d2433",
    border: "#d5dbe5", panel: "#f7f9fc", button: "#1d4ed8",
    comment: "#5f6b7c", documentation: "#3f6b4f", text: "#9a3412", number: "#0f5f8c", unit: "#0b6a63", keyword: "#6d28d9", function: "#1e40af",
    market: "#0b6a63", name: "#1d2433", sign: "#4a5365", input: "#a21a5b", state: "#8a4b08",
    error: "#b91c1c", warning: "#8a5300", info: "#1d4ed8", good: "#15692f", highlight: "#e6edf8", write: "#fbeccb",
  },
  dark: {
    background: "#11151c", letters: "#dfe5ee", quiet: "#98a3b5", gutter: "#9aa5b7", activeLine: "#181e28", selection: "#2b4470", cursor: "#dfe5ee",
    border: "#2c3543", panel: "#181e28", button: "#8ab4ff",
    comment: "#8d99ab", documentation: "#8fc7a2", text: "#f0a57e", number: "#7cc4f0", unit: "#6fd0c4", keyword: "#c4a5ff", function: "#8ab4ff",
    market: "#6fd0c4", name: "#dfe5ee", sign: "#b3bdcc", input: "#f49ac1", state: "#e5b567",
    error: "#ff8f8f", warning: "#f2c063", info: "#8ab4ff", good: "#7fd49a", highlight: "#243146", write: "#443618",
  },
};
