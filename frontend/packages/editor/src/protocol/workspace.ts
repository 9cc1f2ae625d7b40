// The documents that a client has open at its server, each in one editor. While there is no connection nothing is sent; afterwards every text is opened anew as it then is.

import { LSPPlugin, Workspace } from "@codemirror/lsp-client";
import type { WorkspaceFile } from "@codemirror/lsp-client";
import type { ChangeSet, Text, TransactionSpec } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { ApxClient } from "./client";

type Update = { file: WorkspaceFile; prevDoc: Text; changes: ChangeSet };

class OpenFile implements WorkspaceFile {
  constructor(
    readonly uri: string,
    readonly languageId: string,
    public version: number,
    public doc: Text,
    readonly view: EditorView,
  ) {}

  getView(): EditorView {
    return this.view;
  }
}

export class OpenDocuments extends Workspace {
  override files: OpenFile[] = [];
  /** Of documents that were closed too: a version number is never used twice for one document. */
  private readonly versions = new Map<string, number>();

  constructor(
    private readonly apx: ApxClient,
    private readonly display: (uri: string) => Promise<EditorView | null>,
  ) {
    super(apx);
  }

  override syncFiles(): readonly Update[] {
    if (!this.apx.online) return [];
    const updates: Update[] = [];
    for (const file of this.files) {
      const plugin = LSPPlugin.get(file.view);
      if (!plugin || plugin.unsyncedChanges.empty) continue;
      updates.push({ file, prevDoc: file.doc, changes: plugin.unsyncedChanges });
      file.doc = file.view.state.doc;
      file.version = this.newVersion(file.uri);
      plugin.clear();
    }
    return updates;
  }

  override openFile(uri: string, languageId: string, view: EditorView): void {
    if (this.getFile(uri)) throw new Error(`${uri} is open in another editor of this client already.`);
    const file = new OpenFile(uri, languageId, this.newVersion(uri), view.state.doc, view);
    this.files.push(file);
    this.apx.didOpen(file);
  }

  override closeFile(uri: string, view: EditorView): void {
    if (!this.files.some((file) => file.uri === uri && file.view === view)) return;
    this.files = this.files.filter((file) => file.uri !== uri);
    this.apx.didClose(uri);
  }

  /** The server knows nothing yet when the socket opens: documents wait until it has answered `initialize`. */
  override connected(): void {}

  /** Opens every document as it is now, at a server that knows none of them. */
  reopen(): void {
    for (const file of this.files) {
      file.doc = file.view.state.doc;
      file.version = this.newVersion(file.uri);
      LSPPlugin.get(file.view)?.clear();
      this.apx.didOpen(file);
    }
  }

  override updateFile(uri: string, update: TransactionSpec): void {
    this.files.find((file) => file.uri === uri)?.view.dispatch(update);
  }

  override async displayFile(uri: string): Promise<EditorView | null> {
    return this.files.find((file) => file.uri === uri)?.view ?? this.display(uri);
  }

  private newVersion(uri: string): number {
    const version = (this.versions.get(uri) ?? 0) + 1;
    this.versions.set(uri, version);
    return version;
  }
}
