// Draws the extension's icon: three candles that rise under an apex. `png()` gives the file; nothing is kept that this does not make.
import { deflateSync } from 'node:zlib';

const SIZE = 128;
const INK = [16, 24, 38];
const PAPER = [240, 246, 252];
const RISE = [46, 196, 134];

/** Boxes as x, y, width, height, colour: wicks, bodies. */
const BOXES = [
  [29, 74, 4, 40, PAPER], [23, 84, 16, 20, PAPER],
  [62, 56, 4, 50, RISE], [56, 64, 16, 32, RISE],
  [95, 38, 4, 60, RISE], [89, 46, 16, 40, RISE],
];
/** The apex: two strokes, as the ends of lines. */
const STROKES = [[20, 62, 64, 22], [64, 22, 108, 30]];

/** The colour of a point, or undefined outside the rounded square. */
function colour(x, y) {
  const [dx, dy] = [Math.max(20 - x, x - 108, 0), Math.max(20 - y, y - 108, 0)];
  if (Math.hypot(dx, dy) > 20) return undefined;
  for (const [left, top, width, height, ink] of [...BOXES].reverse()) {
    if (x >= left && x < left + width && y >= top && y < top + height) return ink;
  }
  return STROKES.some((stroke) => distance(x, y, stroke) < 3.5) ? PAPER : INK;
}

function distance(x, y, [ax, ay, bx, by]) {
  const part = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2);
  const at = Math.min(1, Math.max(0, part));
  return Math.hypot(x - ax - at * (bx - ax), y - ay - at * (by - ay));
}

/** A pixel as red, green, blue, opacity: the mean of 16 points in it. */
function pixel(column, row) {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < 16; i++) {
    const ink = colour(column + (i % 4) / 4 + 0.125, row + Math.floor(i / 4) / 4 + 0.125);
    if (ink !== undefined) [...ink, 255].forEach((value, part) => (sum[part] += value));
  }
  const points = sum[3] / 255;
  return points === 0 ? [0, 0, 0, 0] : [...sum.slice(0, 3).map((value) => Math.round(value / points)), Math.round(sum[3] / 16)];
}

export function png() {
  const rows = Array.from({ length: SIZE }, (_, row) => [0, ...Array.from({ length: SIZE }, (_, column) => pixel(column, row)).flat()]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(SIZE, 0);
  header.writeUInt32BE(SIZE, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.from(rows.flat()), { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

/** The checksum of PNG; Node has its own only in later versions. */
function crc(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
