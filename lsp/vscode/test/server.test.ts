// The server that the extension starts: found, started and spoken to with the extension's own code, as the editor's client does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  CodeLensRefreshRequest,
  CodeLensRequest,
  CompletionRequest,
  ConfigurationRequest,
  createProtocolConnection,
  DidChangeConfigurationNotification,
  DidChangeTextDocumentNotification,
  DiagnosticRefreshRequest,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  DocumentFormattingRequest,
  ExecuteCommandRequest,
  HoverRequest,
  InlayHintRefreshRequest,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShowMessageNotification,
  ShutdownRequest,
  ExitNotification,
  StreamMessageReader,
  StreamMessageWriter,
  WorkDoneProgressCreateRequest,
  type ClientCapabilities,
  type Diagnostic,
  type ProtocolConnection,
  type ServerCapabilities,
  type TextEdit,
} from 'vscode-languageserver-protocol/node';
import { reportPath, summary, testsIn } from '../src/answers';
import { BACKTEST, CLIENT_ID, configuration, initializationOptions, LANGUAGE, processOf, REPORT, SECTION, TEST } from '../src/connection';
import { find } from '../src/launch';
import { page } from '../src/report';
import { DEFAULTS, type ServerSettings } from '../src/settings';
import { surroundings } from '../src/surroundings';

const PYTHON = process.env['APX_PYTHON'];
const skip = PYTHON === undefined && 'APX_PYTHON names no Python that has ApexTrade';

// What the editor's client says of itself, as far as this server reads it.
const CAPABILITIES: ClientCapabilities = {
  workspace: { configuration: true, workspaceFolders: true, applyEdit: true, codeLens: { refreshSupport: true }, inlayHint: { refreshSupport: true }, diagnostics: { refreshSupport: true } },
  textDocument: {
    diagnostic: { dynamicRegistration: true, relatedDocumentSupport: false },
    publishDiagnostics: { versionSupport: true, relatedInformation: true, codeDescriptionSupport: true, dataSupport: true },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    hover: { contentFormat: ['markdown'] },
    codeLens: {},
  },
  window: { showDocument: { support: true }, workDoneProgress: true },
};

const PROGRAM = `apx 1
strategy "In an editor"
trade "AAPL" every 1d

settings
  commission 0.1%

let strength = rsi(14)

when strength > 60
  buy 50% of equity

when strength < 40
  exit position

test "nothing in two bars"
  given close = [10, 9]
  expect no order
`;

type Session = { readonly said: string[]; readonly connection: ProtocolConnection; readonly can: ServerCapabilities; readonly uri: string; readonly asked: string[]; readonly diagnostics: (codes?: readonly string[]) => Promise<readonly Diagnostic[]> };

/** A folder with an environment that has `apx`, a server started there, and a program opened; all is gone afterwards. */
async function session(settings: ServerSettings, text: string, work: (session: Session) => Promise<void>, current = () => settings): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'apx-vscode-'));
  const bin = join(folder, '.venv', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'apx'), `#!/bin/sh\nexec '${PYTHON}' -m apextrade "$@"\n`);
  chmodSync(join(bin, 'apx'), 0o755);
  const found = find('', surroundings([folder], true));
  assert.deepEqual(found, { kind: 'found', command: join(bin, 'apx'), from: 'folder' });
  const { command, args, options } = processOf(found.kind === 'found' ? found.command : '', folder, { ...process.env, APX_HOME: join(folder, 'home') });
  const server = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => server.on('exit', resolve));
  const connection = createProtocolConnection(new StreamMessageReader(server.stdout), new StreamMessageWriter(server.stdin));
  const asked: string[] = [];
  const said: string[] = [];
  const sent: string[] = [];
  const waiting: (() => void)[] = [];
  connection.onRequest(ConfigurationRequest.type, ({ items }) => {
    asked.push(...items.map((item) => item.section ?? ''));
    return configuration(items.map((item) => (item.section === undefined ? {} : { section: item.section })), current());
  });
  for (const type of [CodeLensRefreshRequest.type, InlayHintRefreshRequest.type]) connection.onRequest(type, () => void asked.push(type.method));
  connection.onRequest(RegistrationRequest.type, () => undefined);
  connection.onRequest(WorkDoneProgressCreateRequest.type, () => undefined);
  connection.onRequest(DiagnosticRefreshRequest.type, () => waiting.splice(0).forEach((wake) => wake()));
  connection.onNotification(PublishDiagnosticsNotification.type, ({ uri }) => void sent.push(uri));
  connection.onNotification(ShowMessageNotification.type, ({ message }) => void said.push(message));
  connection.listen();
  async function converse(): Promise<void> {
    const folderUri = pathToFileURL(folder).href;
    const { capabilities: can } = await connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      rootUri: folderUri,
      workspaceFolders: [{ uri: folderUri, name: 'project' }],
      capabilities: CAPABILITIES,
      initializationOptions: initializationOptions(settings),
    });
    await connection.sendNotification(InitializedNotification.type, {});
    const uri = pathToFileURL(join(folder, 'a.apx')).href;
    await connection.sendNotification(DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: LANGUAGE, version: 1, text } });
    // Those of the newest text, asked for again each time the server says so until they have just these codes: some are found only after a pause.
    let known: { id?: string; items: readonly Diagnostic[] } = { items: [] };
    const diagnostics = async (codes?: readonly string[]) => {
      for (;;) {
        const told = new Promise<void>((resolve) => waiting.push(resolve));
        const params = { identifier: CLIENT_ID, textDocument: { uri }, ...(known.id === undefined ? {} : { previousResultId: known.id }) };
        const report = await connection.sendRequest(DocumentDiagnosticRequest.type, params);
        if (report.kind === 'full') known = { items: report.items, ...(report.resultId === undefined ? {} : { id: report.resultId }) };
        if (codes === undefined || known.items.map((one) => one.code).join() === codes.join()) return known.items;
        await told;
      }
    };
    await work({ connection, can, uri, asked, said, diagnostics });
    assert.deepEqual(sent, []); // the editor would show what it was sent beside what it asked for
    await connection.sendRequest(ShutdownRequest.type);
    void connection.sendNotification(ExitNotification.type);
  }
  const early = ended.then((code) => Promise.reject(new Error(`the server ended with exit code ${code} before the test did`)));
  early.catch(() => undefined);
  try {
    await Promise.race([early, converse()]);
    assert.equal(await ended, 0);
  } finally {
    connection.dispose();
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A text with edits made, the last first. */
function applied(text: string, edits: readonly TextEdit[]): string {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  const offset = ({ line, character }: { line: number; character: number }) => (starts[line] ?? text.length) + character;
  return [...edits]
    .sort((a, b) => offset(b.range.start) - offset(a.range.start))
    .reduce((whole, edit) => whole.slice(0, offset(edit.range.start)) + edit.newText + whole.slice(offset(edit.range.end)), text);
}

test('mistakes come with their codes, and go with the next version; the layout is made', { skip, timeout: 120_000 }, async () => {
  await session(DEFAULTS, PROGRAM.replace('strength > 60', 'strength > close'), async ({ connection, uri, diagnostics }) => {
    const [first, ...rest] = await diagnostics();
    assert.deepEqual(rest, []);
    assert.match(String(first?.code), /^E03/);
    assert.equal(first?.range.start.line, 9);
    const loose = PROGRAM.replace('let strength = rsi(14)', 'let   strength=rsi( 14 )');
    await connection.sendNotification(DidChangeTextDocumentNotification.type, { textDocument: { uri, version: 2 }, contentChanges: [{ text: loose }] });
    assert.deepEqual(await diagnostics(), []);
    const edits = await connection.sendRequest(DocumentFormattingRequest.type, { textDocument: { uri }, options: { tabSize: 2, insertSpaces: true } });
    assert.equal(applied(loose, edits ?? []), PROGRAM);
  });
});

test('the settings reach the server: a warning that is switched off does not come, and what can not be meant is said', { skip, timeout: 120_000 }, async () => {
  const text = PROGRAM.replace('strength > 60', 'strength > 120').replace('strength < 40', 'strength < 130');
  await session(DEFAULTS, text, async ({ diagnostics, asked }) => {
    assert.deepEqual((await diagnostics(['W0310', 'W0311'])).map((one) => one.severity), [2, 2]);
    assert.ok(asked.includes(SECTION));
  });
  await session({ ...DEFAULTS, units: 'yes', lints: { W0310: 'off', W0311: 'error' } }, text, async ({ diagnostics, said }) => {
    assert.deepEqual((await diagnostics(['W0311'])).map((one) => one.severity), [1]);
    assert.deepEqual(said, ['In the settings of apx: units takes true or false; this is "yes". Everything else in them counts.']);
  });
});

test('settings that change are taken at once', { skip, timeout: 120_000 }, async () => {
  const settings: { current: ServerSettings } = { current: DEFAULTS };
  const text = PROGRAM.replace('strength > 60', 'strength > 120');
  await session(DEFAULTS, text, async ({ connection, diagnostics }) => {
    assert.deepEqual((await diagnostics(['W0310'])).map((one) => one.severity), [2]);
    settings.current = { ...DEFAULTS, lints: { W0310: 'hint' } };
    await connection.sendNotification(DidChangeConfigurationNotification.type, { settings: null });
    while ((await diagnostics(['W0310']))[0]?.severity !== 4) await new Promise((resolve) => setTimeout(resolve, 10));
  }, () => settings.current);
});

test('hover and completion say what is known', { skip, timeout: 120_000 }, async () => {
  await session(DEFAULTS, PROGRAM, async ({ connection, can, uri, diagnostics }) => {
    await diagnostics();
    assert.ok(can.hoverProvider && can.completionProvider);
    const hover = await connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position: { line: 7, character: 17 } });
    assert.match(JSON.stringify(hover?.contents), /rsi/);
    const completion = await connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 9, character: 5 } });
    const items = Array.isArray(completion) ? completion : (completion?.items ?? []);
    assert.ok(items.some((item) => item.label === 'strength'), JSON.stringify(items.slice(0, 5)));
  });
});

test('a lens runs a backtest and a test; the report it leads to is a page for the panel', { skip, timeout: 240_000 }, async () => {
  await session(DEFAULTS, PROGRAM, async ({ connection, can, uri, diagnostics }) => {
    await diagnostics();
    assert.ok(can.codeLensProvider);
    const lenses = async () => (await connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [];
    assert.deepEqual([...new Set((await lenses()).map((lens) => lens.command?.command))].sort(), [BACKTEST, TEST]);
    const traded = summary(await connection.sendRequest(ExecuteCommandRequest.type, { command: BACKTEST, arguments: [uri] }));
    assert.equal(traded.kind, 'answer', JSON.stringify(traded));
    assert.ok((await lenses()).some((lens) => lens.command?.command === BACKTEST && /[0-9]%/.test(lens.command.title)));
    const [only] = testsIn(PROGRAM);
    const tested = summary(await connection.sendRequest(ExecuteCommandRequest.type, { command: TEST, arguments: [uri, only?.name] }));
    assert.match(tested.kind === 'answer' ? tested.value : '', /passe/);
    const report = reportPath(await connection.sendRequest(ExecuteCommandRequest.type, { command: REPORT, arguments: [uri] }));
    assert.equal(report.kind, 'answer', JSON.stringify(report));
    assert.equal(page(readFileSync(report.kind === 'answer' ? report.value : '', 'utf8')).kind, 'page');
  });
});
