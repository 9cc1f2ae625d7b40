// The extension: starts the server and keeps it, and registers the commands. What can be decided without the editor is in the other files.
import * as vscode from 'vscode';
import { LanguageClient, State, Trace, type LanguageClientOptions } from 'vscode-languageclient/node';
import { said } from './answers';
import { backtestFile, openReport, runTest, showReport, type Server } from './commands';
import { CLIENT_ID, CLIENT_NAME, configuration, DOCUMENTS, initializationOptions, processOf, REPORT, SECTION } from './connection';
import { find } from './launch';
import { didNotStart, notFound, type Button, type Message } from './messages';
import { Panels } from './panels';
import { read, type ServerSettings } from './settings';
import { surroundings } from './surroundings';

let keeper: Keeper | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const panels = new Panels();
  const kept: Keeper = new Keeper((program, answer) => showReport(server, panels, program, answer));
  const server: Server = { client: () => kept.running(), show, log: (line) => kept.output.appendLine(line) };
  keeper = kept;
  context.subscriptions.push(
    kept.output,
    panels,
    vscode.commands.registerCommand('apx.backtestFile', () => backtestFile(server)),
    vscode.commands.registerCommand('apx.runTest', () => runTest(server)),
    vscode.commands.registerCommand('apx.openReport', () => openReport(server, panels)),
    vscode.commands.registerCommand('apx.restartServer', () => kept.restart()),
    vscode.commands.registerCommand('apx.showOutput', () => kept.output.show()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('apx.path')) void kept.restart();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => void kept.restart()),
  );
  await kept.start();
}

export async function deactivate(): Promise<void> {
  await keeper?.stop();
}

/** The one server of a window: starting, restarting and stopping come one after the other, however fast they are asked for. */
class Keeper {
  readonly output = vscode.window.createOutputChannel(CLIENT_NAME);
  private client: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  /** report: shows what the server answers to a lens that asks for a report. */
  constructor(private readonly report: (program: vscode.Uri, answer: unknown) => Promise<void>) {}

  running(): LanguageClient | undefined {
    return this.client?.state === State.Running ? this.client : undefined;
  }

  start(): Promise<void> {
    return this.after(() => this.begin());
  }

  stop(): Promise<void> {
    return this.after(() => this.end());
  }

  restart(): Promise<void> {
    return this.after(async () => {
      await this.end();
      await this.begin();
    });
  }

  private after(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  private async begin(): Promise<void> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file').map((folder) => folder.uri.fsPath);
    const setting = vscode.workspace.getConfiguration(SECTION).get<string>('path', '');
    const found = find(setting, surroundings(folders, vscode.workspace.isTrusted));
    if (found.kind !== 'found') {
      const message = notFound(found);
      this.output.appendLine(message.text);
      void show('error', message);
      return;
    }
    this.output.appendLine(`${found.command} lsp --stdio (from ${found.from === 'setting' ? 'the setting apx.path' : found.from === 'folder' ? 'the folder' : 'PATH'})`);
    const client = new LanguageClient(CLIENT_ID, CLIENT_NAME, processOf(found.command, folders[0], process.env), this.options());
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.client = undefined;
      await client.dispose().catch(() => undefined);
      void show('error', didNotStart(found.command, said(error)));
    }
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    if (client === undefined) return;
    try {
      await client.setTrace(Trace.Off);
      await client.stop();
    } catch (error) {
      this.output.appendLine(`The server did not stop by itself: ${said(error)}`);
    }
    await client.dispose().catch(() => undefined);
  }

  private options(): LanguageClientOptions {
    return {
      documentSelector: DOCUMENTS,
      outputChannel: this.output,
      initializationOptions: initializationOptions(this.settings(undefined)),
      synchronize: { configurationSection: SECTION },
      diagnosticPullOptions: { onChange: true, onSave: true },
      middleware: {
        // A lens' report is shown in the panel, not in a browser.
        executeCommand: async (command, args, next) => {
          const uri: unknown = args[0];
          if (command !== REPORT || typeof uri !== 'string') return next(command, args);
          await this.report(vscode.Uri.parse(uri), await next(command, [uri]));
        },
        workspace: {
          configuration: (params) =>
            params.items.flatMap((item) => configuration([item], this.settings(item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri)))),
        },
      },
    };
  }

  private settings(scope: vscode.Uri | undefined): ServerSettings {
    const section = vscode.workspace.getConfiguration(SECTION, scope ?? null);
    return read((name) => section.get<unknown>(name));
  }
}

/** Shows a message, and does what its button says. */
async function show(level: 'error' | 'information', message: Message): Promise<void> {
  const chosen = await (level === 'error'
    ? vscode.window.showErrorMessage(message.text, ...message.buttons)
    : vscode.window.showInformationMessage(message.text, ...message.buttons));
  if (chosen !== undefined) await press(chosen);
}

async function press(button: Button): Promise<void> {
  switch (button) {
    case 'Open Settings':
      await vscode.commands.executeCommand('workbench.action.openSettings', 'apx.path');
      return;
    case 'How to Install':
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', 'apextrade.apextrade#start', false);
      return;
    case 'Trust This Folder':
      await vscode.commands.executeCommand('workbench.trust.manage');
      return;
    case 'Show Output':
      await vscode.commands.executeCommand('apx.showOutput');
      return;
    case 'Restart Server':
      await vscode.commands.executeCommand('apx.restartServer');
      return;
    default: {
      const never: never = button;
      return never;
    }
  }
}
