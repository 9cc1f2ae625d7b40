// The panels that show reports, one for each program.
import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { said } from './answers';
import { notice, page, title } from './report';

export class Panels implements vscode.Disposable {
  private readonly shown = new Map<string, vscode.WebviewPanel>();

  /** Shows a report beside its program, in the panel that is there already if one is. */
  async open(program: vscode.Uri, report: string): Promise<void> {
    const key = program.toString();
    const panel = this.shown.get(key) ?? this.make(program);
    this.shown.set(key, panel);
    panel.webview.html = await this.html(report);
    panel.reveal(undefined, true);
  }

  dispose(): void {
    for (const panel of this.shown.values()) panel.dispose();
  }

  private make(program: vscode.Uri): vscode.WebviewPanel {
    const options = { enableScripts: true, enableCommandUris: false, enableForms: false, enableFindWidget: true, localResourceRoots: [] };
    const panel = vscode.window.createWebviewPanel('apx.report', title(program.path), { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }, options);
    panel.onDidDispose(() => this.shown.delete(program.toString()));
    return panel;
  }

  private async html(report: string): Promise<string> {
    try {
      const made = page(await readFile(report, 'utf8'));
      return made.kind === 'page' ? made.html : notice(`${report} can't be shown: ${made.reason}.`);
    } catch (error) {
      return notice(`${report} can't be read: ${said(error)}.`);
    }
  }
}
