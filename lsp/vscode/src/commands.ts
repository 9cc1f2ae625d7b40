// The commands that work on the program in the editor. The server does the work; these ask for it and show what comes.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { reportPath, said, summary, testsIn, type Answer } from './answers';
import { BACKTEST, LANGUAGE, REPORT, TEST } from './connection';
import { failed, noFile, noServer, noTests, type Message } from './messages';
import type { Panels } from './panels';

export type Server = {
  readonly client: () => LanguageClient | undefined;
  readonly show: (level: 'error' | 'information', message: Message) => Promise<void>;
  readonly log: (line: string) => void;
};

export async function backtestFile(server: Server): Promise<void> {
  await onProgram(server, 'Backtest', async (client, document) => {
    const answer = summary(await ask(client, 'Backtesting', BACKTEST, [document.uri.toString()]));
    await tell(server, 'Backtest', answer);
  });
}

export async function runTest(server: Server): Promise<void> {
  await onProgram(server, 'Test', async (client, document, selection) => {
    const tests = testsIn(document.getText());
    if (tests.length === 0) return server.show('information', noTests());
    // The test that the cursor is in comes first.
    const here = tests.filter((test) => test.line <= selection.active.line).pop();
    const names = [...new Set([...(here === undefined ? [] : [here.name]), ...tests.map((test) => test.name)])];
    const name = names.length === 1 ? names[0] : await vscode.window.showQuickPick(names, { placeHolder: 'The test to run' });
    if (name === undefined) return;
    await tell(server, 'Test', summary(await ask(client, 'Testing', TEST, [document.uri.toString(), name])));
  });
}

export async function openReport(server: Server, panels: Panels): Promise<void> {
  await onProgram(server, 'Report', async (client, document) => {
    const answer = await ask(client, 'Backtesting for the report', REPORT, [document.uri.toString()]);
    await showReport(server, panels, document.uri, answer);
  });
}

/** Shows the report that the server has answered with. */
export async function showReport(server: Server, panels: Panels, program: vscode.Uri, answered: unknown): Promise<void> {
  const answer = reportPath(answered);
  switch (answer.kind) {
    case 'answer':
      await panels.open(program, answer.value);
      return;
    case 'wrong':
      await server.show('error', failed('Report', answer.reason));
      return;
    default: {
      const never: never = answer;
      return never;
    }
  }
}

/** Runs something on the program of the active editor, once the server is there; what goes wrong is shown. */
async function onProgram(
  server: Server,
  what: string,
  work: (client: LanguageClient, document: vscode.TextDocument, selection: vscode.Selection) => Promise<void>,
): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || editor.document.languageId !== LANGUAGE) return server.show('information', noFile());
  const client = server.client();
  if (client === undefined) return server.show('error', noServer());
  try {
    await work(client, editor.document, editor.selection);
  } catch (error) {
    server.log(`${what}: ${said(error)}`);
    await server.show('error', failed(what, said(error)));
  }
}

/** Asks the server for a command, with progress that can be cancelled. */
async function ask(client: LanguageClient, title: string, command: string, args: readonly unknown[]): Promise<unknown> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (_progress, token) =>
    client.sendRequest('workspace/executeCommand', { command, arguments: args }, token),
  );
}

async function tell(server: Server, what: string, answer: Answer<string>): Promise<void> {
  switch (answer.kind) {
    case 'answer':
      server.log(`${what}: ${answer.value}`);
      await server.show('information', { text: answer.value, buttons: [] });
      return;
    case 'wrong':
      await server.show('error', failed(what, answer.reason));
      return;
    default: {
      const never: never = answer;
      return never;
    }
  }
}
