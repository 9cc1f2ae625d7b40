// A report of a backtest as the page of a panel: the same page under a policy that the panel sets, not the file.
import { createHash } from 'node:crypto';

export type Page = { readonly kind: 'page'; readonly html: string } | { readonly kind: 'no report'; readonly reason: string };

const POLICY = /<meta\b[^>]*\bhttp-equiv="Content-Security-Policy"[^>]*>/gi;
const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi;
const HASH = /'(sha256-[A-Za-z0-9+/=]+)'/g;
const LARGEST = 64 * 1024 * 1024;

/** The page for the panel. Scripts run only if the report's own policy names them and they are what it names; nothing is loaded from anywhere. */
export function page(report: string): Page {
  if (report.length > LARGEST) return { kind: 'no report', reason: 'the file is too large for a panel' };
  if (!/^\s*<!doctype html>/i.test(report)) return { kind: 'no report', reason: 'the file is no HTML page' };
  const policies = report.match(POLICY) ?? [];
  const [own] = policies;
  if (own === undefined || policies.length !== 1) return { kind: 'no report', reason: 'the page is not one that apx wrote: it has no policy of its own' };
  const allowed = new Set(Array.from(own.matchAll(HASH), (match) => match[1]));
  const run = scripts(report).filter((hash) => allowed.has(hash));
  return { kind: 'page', html: report.replace(own, `<meta http-equiv="Content-Security-Policy" content="${policy(run)}">`) };
}

/** The policy of a panel whose scripts have these hashes. */
export function policy(hashes: readonly string[]): string {
  const script = hashes.length === 0 ? "'none'" : hashes.map((hash) => `'${hash}'`).join(' ');
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data:',
    `script-src ${script}`,
    "connect-src 'none'",
    "frame-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** The hashes of a page's scripts that are code: those without a source and of no other type. */
function scripts(html: string): string[] {
  const found: string[] = [];
  for (const [, attributes = '', body = ''] of html.matchAll(SCRIPT)) {
    if (!/\b(?:src|type)\s*=/i.test(attributes)) found.push(`sha256-${createHash('sha256').update(body, 'utf8').digest('base64')}`);
  }
  return [...new Set(found)];
}

/** A page that says something instead of a report. */
export function notice(text: string): string {
  const escaped = text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy([])}"></head><body><p>${escaped}</p></body></html>`;
}

/** The title of a file's panel. */
export function title(file: string): string {
  const name = file.split(/[/\\]/).pop() ?? file;
  return `Report: ${name.replace(/\.apx$/i, '')}`;
}
