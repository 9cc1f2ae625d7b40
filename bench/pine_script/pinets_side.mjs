// PineTS's side: the Pine script below, run anew each time on the bars of the file, by the answers that a contestant gives.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const [barsPath, folder] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(folder, 'package.json')));
const { PineTS } = await import(pathToFileURL(require.resolve('pinets')));
// The library says on standard output what it is not asked; answers have lines of their own.
const version = JSON.parse(readFileSync(join(folder, 'node_modules', 'pinets', 'package.json'), 'utf8')).version;

const SCRIPT = `//@version=6
indicator("Six studies")
fast = ta.ema(close, 12)
slow = ta.ema(close, 26)
strength = ta.rsi(close, 14)
[middle, upper, lower] = ta.bb(close, 20, 2)
spread = ta.atr(14)
go = ta.crossover(fast, slow) and strength > 50
plot(fast, "fast")
plot(slow, "slow")
plot(strength, "strength")
plot(upper, "upper")
plot(spread, "spread")
plot(go ? 1 : 0, "go")
`;
const COLUMNS = ['fast', 'slow', 'strength', 'upper', 'spread', 'go'];

/** The bars of a .npy file of float64 (5, n), as objects that the library takes; a minute each. */
function barsOf(path) {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const n = Number(/'shape': \(5, (\d+)\)/.exec(header)[1]);
  const numbers = new Float64Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + start + 5 * n * 8));
  const first = Date.UTC(2020, 0, 1);
  return Array.from({ length: n }, (_, i) => ({
    openTime: first + 60000 * i, closeTime: first + 60000 * i + 59999,
    open: numbers[i], high: numbers[n + i], low: numbers[2 * n + i], close: numbers[3 * n + i], volume: numbers[4 * n + i],
  }));
}

const bars = barsOf(barsPath);
const run = async () => (await new PineTS(bars).run(SCRIPT)).plots;
const answer = (values) => process.stdout.write(`\x1eanswer ${JSON.stringify(values)}\n`);
const processor = () => { const used = process.cpuUsage(); return (used.user + used.system) / 1e6; };

globalThis.gc?.();
const ready = process.memoryUsage().rss;
answer({ version });
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const begun = performance.now(), used = processor();
  const plots = await run();
  const seconds = (performance.now() - begun) / 1000, spent = processor() - used;
  const memory = process.resourceUsage().maxRSS * 1024 - ready;
  if (request.do === 'save') {
    const columns = new Float64Array(COLUMNS.length * bars.length);
    COLUMNS.forEach((name, at) => plots[name].data.forEach((point, i) => { columns[at * bars.length + i] = point.value ?? NaN; }));
    writeFileSync(request.to, Buffer.from(columns.buffer));
  }
  answer({ seconds, processor: spent, memory });
}
