// Characters that cannot be seen, or that turn what is written around them: shown as a mark with their number, so that no program reads other than it is.
//
// CodeMirror's own extension for this keeps its marks where they were when an edit is made above the window, and then fails (view 6.43): this one finds them anew.

import { Decoration, EditorView, ViewPlugin, WidgetType } from "@codemirror/view";
import type { DecorationSet, ViewUpdate } from "@codemirror/view";
import type { Range } from "@codemirror/state";

// Control characters but the tab; soft hyphens; spaces without width; marks of direction; separators that are no line ends here; a byte order mark.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffc]/g;

const NAMES: Readonly<Record<number, string>> = {
  0x00: "null", 0x0b: "vertical tab", 0x0c: "form feed", 0x1b: "escape", 0x85: "next line", 0xad: "soft hyphen", 0x200b: "space without width", 0x200e: "left-to-right mark",
  0x200f: "right-to-left mark", 0x2028: "line separator", 0x2029: "paragraph separator", 0x202d: "left-to-right override", 0x202e: "right-to-left override", 0x2060: "word joiner", 0xfeff: "byte order mark", 0xfffc: "object",
};

/** What a character that cannot be seen is called: its number, and its name where people know one. */
export function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return NAMES[code] ? `${NAMES[code]}, ${number}` : number;
}

class Mark extends WidgetType {
  constructor(private readonly character: string) {
    super();
  }

  override eq(other: Mark): boolean {
    return other.character === this.character;
  }

  override toDOM(): HTMLElement {
    const span = document.createElement("span");
    span.className = "cm-specialChar";
    span.textContent = "•";
    span.title = nameOf(this.character);
    span.setAttribute("aria-label", nameOf(this.character));
    span.setAttribute("role", "img");
    return span;
  }
}

function found(view: EditorView): DecorationSet {
  const marks: Range<Decoration>[] = [];
  for (const { from, to } of view.visibleRanges) {
    for (const { index, 0: character } of view.state.sliceDoc(from, to).matchAll(UNSEEN)) {
      marks.push(Decoration.replace({ widget: new Mark(character) }).range(from + index, from + index + 1));
    }
  }
  return Decoration.set(marks);
}

export const unseenCharacters = ViewPlugin.fromClass(
  class {
    marks: DecorationSet;

    constructor(view: EditorView) {
      this.marks = found(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.marks = found(update.view);
    }
  },
  { decorations: (plugin) => plugin.marks },
);
