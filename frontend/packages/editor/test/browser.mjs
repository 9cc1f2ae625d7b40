// Drives pages in the browser of the machine, for tests written in another language: one JSON object a line in, one a line out.
//
// `node browser.mjs /usr/bin/chromium`. Questions: {"id", "open": address, "options": of playwright's newContext} answers the number of a page;
// {"id", "page", "do": [[name, …arguments], …]} follows a chain of playwright's properties and methods from the page and answers its end;
// {"id", "page", "heard": true} answers what its console and its sockets have said, {"id", "page", "close": true} closes it.

import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"] });
const pages = new Map();
const PATIENCE = 15_000;

async function opened(address, options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const heard = { console: [], errors: [], sent: [], received: [] };
  page.on("console", (message) => heard.console.push({ type: message.type(), text: message.text(), where: message.location().url }));
  page.on("pageerror", (error) => heard.errors.push(String(error.stack ?? error)));
  page.on("websocket", (socket) => {
    const number = heard.sent.push([]) - 1;
    heard.received.push([]);
    socket.on("framesent", ({ payload }) => heard.sent[number].push(String(payload)));
    socket.on("framereceived", ({ payload }) => heard.received[number].push(String(payload)));
  });
  const number = pages.size;
  pages.set(number, { context, page, heard });
  await page.goto(address);
  return number;
}

async function done(chain, from) {
  let value = from;
  for (const [name, ...args] of chain) {
    const member = value[name];
    if (member === undefined) throw new Error(`There is no ${name}.`);
    value = typeof member === "function" ? await member.apply(value, args) : member;
  }
  return value;
}

async function answered(question) {
  if (question.open) return opened(question.open, question.options ?? {});
  const known = pages.get(question.page);
  if (!known) throw new Error(`There is no page ${question.page}.`);
  if (question.heard) return known.heard;
  if (question.close) return known.context.close();
  const value = await done(question.do, known.page);
  return Buffer.isBuffer(value) ? value.toString("base64") : value;
}

/** What JSON can hold of an answer; a handle of playwright's is nothing to the other side. */
function plain(value) {
  return value === undefined || (typeof value === "object" && value !== null && ![Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value))) ? null : value;
}

console.log(JSON.stringify({ ready: browser.version() }));
for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  try {
    console.log(JSON.stringify({ id: question.id, answer: plain(await answered(question)) }));
  } catch (error) {
    console.log(JSON.stringify({ id: question.id, error: String(error.message ?? error) }));
  }
}
await browser.close();
