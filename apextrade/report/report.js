"use strict";
// Comfort only: values under the pointer, zoom, sorting, and the way from a trade to its marks. The page says everything without it.
(() => {
  const points = JSON.parse(document.getElementById("points").textContent);
  const HEIGHT = 10000, MARKS = 300, bars = points.bars, time = points.time;
  const barOf = (k) => (points.at ? points.at[k] : k);
  const pointOf = (bar) => {
    if (!points.at) return Math.max(0, Math.min(time.length - 1, bar));
    let low = 0, high = time.length - 1;
    while (low < high) { const mid = (low + high) >> 1; if (points.at[mid] < bar) low = mid + 1; else high = mid; }
    return low;
  };
  const make = (name, className, parent) => { const e = document.createElement(name); e.className = className; parent.append(e); return e; };
  document.documentElement.classList.add("js");
  const spoken = make("div", "spoken", document.body);
  spoken.setAttribute("aria-live", "polite");

  // Numbers and dates, written as the page writes them.
  const signed = (text) => text.replace("-", "\u2212");
  const fixed = (v, d) => signed(v.toLocaleString("en-US", { minimumFractionDigits: d, maximumFractionDigits: d }));
  const short = (v) => {
    const size = Math.abs(v);
    for (const [limit, unit, letter] of [[1e12, 1e12, "T"], [1e9, 1e9, "B"], [1e6, 1e6, "M"], [1e4, 1e3, "k"]])
      if (size >= limit) return signed(`${+(v / unit).toPrecision(4)}${letter}`);
    return size >= 1000 ? fixed(v, 0) : signed(`${+v.toPrecision(6)}`);
  };
  const stamp = (s) => { const t = new Date(s * 1000).toISOString(); return points.days ? t.slice(0, 10) : `${t.slice(0, 10)} ${t.slice(11, 16)} UTC`; };
  const NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

  const roundValues = (low, high) => {
    const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((m) => m * power >= rough * 0.9999), values = [];
    for (let i = Math.ceil(low / step - 1e-9); i <= high / step + 1e-9; i++) values.push(+(i * step).toPrecision(12));
    return values;
  };
  const logValues = (low, high) => {
    let values = [];
    for (const digits of [[1, 2, 3, 5], [1, 2, 5], [1, 3], [1]]) {
      values = [];
      for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++)
        for (const d of digits) { const v = +(d * 10 ** p).toPrecision(6); if (v >= low && v <= high) values.push(v); }
      if (values.length <= 7) break;
    }
    return values;
  };
  // [bar, label] where a calendar step begins, within the bars in view.
  const timeTicks = (from, to, wanted) => {
    const a = pointOf(Math.ceil(from)), b = pointOf(Math.floor(to)), days = (time[b] - time[a]) / 86400;
    let step, label;
    if (days > 45) {
      const months = [1, 2, 3, 6, 12, 24, 60, 120].find((m) => days / 30.44 / m <= wanted) || 240;
      step = (t) => { const d = new Date(t * 1000); return Math.floor((12 * (d.getUTCFullYear() - 1970) + d.getUTCMonth()) / months); };
      label = (d) => (months >= 12 || d.getUTCMonth() === 0 ? d.getUTCFullYear() : NAMES[d.getUTCMonth()]);
    } else {
      const seconds = [60, 300, 900, 1800, 3600, 10800, 21600, 43200, 86400, 172800, 259200, 604800, 1209600].find((s) => (days * 86400) / s <= wanted) || 1209600;
      step = (t) => Math.floor(t / seconds);
      label = (d) => (seconds >= 86400 || d.getTime() % 864e5 === 0 ? `${d.getUTCDate()} ${NAMES[d.getUTCMonth()]}` : d.toISOString().slice(11, 16));
    }
    const ticks = [];
    for (let k = a + 1; k <= b; k++) if (step(time[k]) !== step(time[k - 1])) ticks.push([barOf(k), label(new Date(time[k] * 1000))]);
    return ticks;
  };

  // A path's points, from its own data: M absolute, l and h relative, V and H absolute.
  const pointsOf = (d) => {
    const xs = [], ys = [];
    let x = 0, y = 0;
    for (const [, op, rest] of d.matchAll(/([MlVHhvz])([^MlVHhvz]*)/g)) {
      const n = (rest.match(/-?\d*\.?\d+/g) || []).map(Number);
      if (op === "M") [x, y] = n;
      else if (op === "V") y = n[0];
      else if (op === "H") x = n[0];
      else if (op === "h") x += n[0];
      else if (op === "v") y += n[0];
      for (let i = 0; op === "l" && i < n.length; i += 2) { x += n[i]; y += n[i + 1]; xs.push(x); ys.push(y); }
      if (op !== "l" && op !== "z") { xs.push(x); ys.push(y); }
    }
    return [xs, ys];
  };

  const charts = [...document.querySelectorAll(".chart[data-chart]")].map((figure) => {
    const frame = figure.querySelector(".frame"), plot = frame.querySelector(".plot"), cross = make("div", "cross", frame), brush = make("div", "brush", frame);
    cross.hidden = brush.hidden = true;
    const when = make("div", "when", figure.querySelector(".x"));
    when.hidden = true;
    figure.querySelector(".x").style.overflow = "visible";
    frame.tabIndex = 0;
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", `${plot.getAttribute("aria-label")} Arrow keys read the values, plus and minus zoom, 0 shows all bars.`);
    const marks = frame.querySelector(".marks");
    return {
      figure, frame, plot, cross, brush, when, marks,
      uses: marks ? [...marks.children].map((e) => ({ e, x: +e.dataset.x, y: +e.dataset.y })) : [],
      crowded: marks && marks.classList.contains("many"),
      grid: frame.querySelector(".grid"), y: figure.querySelector(".y"), x: figure.querySelector(".x"), lane: figure.querySelector(".lane"),
      low: +figure.dataset.low, high: +figure.dataset.high, log: "log" in figure.dataset, percent: figure.dataset.unit === "percent",
      outlines: [...plot.querySelectorAll(".line, .band, .wick")].map((p) => pointsOf(p.getAttribute("d"))),
      values: [...figure.querySelectorAll(".key b")], rest: [...figure.querySelectorAll(".key b")].map((b) => b.textContent),
      series: points.charts[figure.dataset.values || figure.dataset.chart], drawdown: figure.dataset.chart === "drawdown",
    };
  });

  const full = [-0.5, bars - 0.5];
  let view = full;
  const SVG = "http" + "://www.w3.org/2000/svg";  // a name, not an address: nothing is fetched

  const layout = (c) => {
    const [from, to] = view;
    let top = Infinity, bottom = -Infinity;
    for (const [xs, ys] of c.outlines)
      for (let i = 0; i < xs.length; i++)
        if (xs[i] >= from - 1 && xs[i] <= to + 1) { if (ys[i] < top) top = ys[i]; if (ys[i] > bottom) bottom = ys[i]; }
    if (view === full || top > bottom) [top, bottom] = [0, HEIGHT];
    else { const room = (bottom - top) * 0.07 || 100; top = c.drawdown ? Math.min(top, c.high ? top : 0) : top - room; bottom += room; }
    const tall = bottom - top, wide = to - from;
    c.plot.setAttribute("viewBox", `${from} ${top} ${wide} ${tall}`);
    if (c.lane) c.lane.setAttribute("viewBox", `${from} 0 ${wide} 2`);
    const valueAt = (y) => { const v = c.high - (y / HEIGHT) * (c.high - c.low); return c.log ? Math.exp(v) : v; };
    const placeOf = (v) => (100 * ((HEIGHT * (c.high - (c.log ? Math.log(v) : v))) / (c.high - c.low) - top)) / tall;
    const low = valueAt(bottom), high = valueAt(top), scale = c.percent ? 100 : 1;
    const ys = (c.log && high / low > 4 ? logValues(low, high) : roundValues(low * scale, high * scale).map((v) => v / scale)).map((v) => [placeOf(v), c.percent ? (Math.abs(v) < 100 ? signed(`${+(v * 100).toPrecision(6)}`) : short(v * 100)) + "%" : short(v)]);
    const xs = timeTicks(from, to, Math.max(2, Math.floor(c.frame.clientWidth / 85))).map(([bar, text]) => [(100 * (bar - from)) / wide, text]).filter(([p]) => p > 1 && p < 99);
    c.grid.replaceChildren(...[...ys.map(([p]) => ["0", "100%", `${p}%`, `${p}%`]), ...xs.map(([p]) => [`${p}%`, `${p}%`, "0", "100%"])].map(([x1, x2, y1, y2]) => {
      const line = document.createElementNS(SVG, "line");
      for (const [k, v] of Object.entries({ x1, x2, y1, y2 })) line.setAttribute(k, v);
      return line;
    }));
    const label = (side) => ([p, text]) => { const s = document.createElement("span"); s.style[side] = `${p}%`; s.textContent = text; return s; };
    c.y.replaceChildren(...ys.map(label("top")));
    c.x.replaceChildren(...xs.map(label("left")), c.when);
    if (!c.marks) return;
    const inside = (u) => u.x >= from && u.x <= to;
    const few = !c.crowded || c.uses.filter(inside).length <= 2 * MARKS;
    c.marks.classList.toggle("many", !few);
    for (const u of few ? c.uses : []) {
      u.e.style.visibility = inside(u) ? "" : "hidden";
      u.e.setAttribute("x", `${(100 * (u.x - from)) / wide}%`);
      u.e.setAttribute("y", `${(100 * (u.y - top)) / tall}%`);
    }
  };
  const show = (from, to) => {
    const least = Math.min(bars, points.at ? 30 * points.step : 8), wide = Math.max(least, Math.min(bars, to - from));
    const start = Math.max(full[0], Math.min(full[1] - wide, from));
    view = wide >= bars ? full : [start, start + wide];
    charts.forEach(layout);
    for (const b of document.querySelectorAll(".ranges button")) b.setAttribute("aria-pressed", String(b.covers(view)));
  };

  // Values at a bar, on every chart at once.
  let pointed = null;
  const point = (bar) => {
    pointed = bar === null ? null : Math.max(0, Math.min(bars - 1, Math.round(bar)));
    const k = pointed === null ? -1 : pointOf(pointed), left = pointed === null ? 0 : (100 * (barOf(k) - view[0])) / (view[1] - view[0]);
    for (const c of charts) {
      c.cross.hidden = c.when.hidden = k < 0 || left < 0 || left > 100;
      c.cross.style.left = c.when.style.left = `${left}%`;
      c.when.style.transform = `translateX(${-Math.max(0, Math.min(100, left))}%)`;
      c.when.textContent = k < 0 ? "" : stamp(time[k]);
      c.values.forEach((b, i) => {
        const s = c.series[i], v = k < 0 ? null : s.v[k];
        b.textContent = k < 0 ? c.rest[i] : v === null ? "\u2013" : s.p ? fixed(v * 100, 2) + "%" : fixed(v, s.d);
      });
    }
  };
  for (const c of charts) {
    const barAt = (e) => { const r = c.frame.getBoundingClientRect(); return view[0] + ((e.clientX - r.left) / r.width) * (view[1] - view[0]); };
    let start = null;
    c.frame.addEventListener("pointermove", (e) => {
      point(barAt(e));
      if (start === null) return;
      const [a, b] = [start, barAt(e)].sort((p, q) => p - q), wide = view[1] - view[0];
      c.brush.hidden = false;
      c.brush.style.left = `${(100 * (a - view[0])) / wide}%`;
      c.brush.style.width = `${(100 * (b - a)) / wide}%`;
    });
    c.frame.addEventListener("pointerleave", () => { if (start === null) point(null); });
    c.frame.addEventListener("pointerdown", (e) => { if (e.button === 0 && e.pointerType === "mouse") { start = barAt(e); c.frame.setPointerCapture(e.pointerId); } });
    c.frame.addEventListener("pointerup", (e) => {
      const end = barAt(e), begun = start;
      start = null;
      c.brush.hidden = true;
      if (begun !== null && Math.abs(end - begun) > (view[1] - view[0]) / 60) show(Math.min(begun, end), Math.max(begun, end));
      else if (begun !== null) { const hit = document.elementsFromPoint(e.clientX, e.clientY).find((n) => n.dataset && n.dataset.t && n.localName === "use"); if (hit) choose(hit.dataset.t, true); }
    });
    c.frame.addEventListener("pointercancel", () => { start = null; c.brush.hidden = true; });
    c.frame.addEventListener("dblclick", () => show(...full));
    c.frame.addEventListener("blur", () => point(null));
    c.frame.addEventListener("keydown", (e) => {
      const wide = view[1] - view[0], middle = pointed ?? (view[0] + view[1]) / 2, far = e.shiftKey ? Math.max(1, Math.round(wide / 20)) : Math.max(1, points.at ? Math.ceil(bars / time.length) : 1);
      if (e.key === "ArrowLeft") point(middle - far);
      else if (e.key === "ArrowRight") point(middle + far);
      else if (e.key === "+" || e.key === "=") show(middle - wide / 4, middle + wide / 4);
      else if (e.key === "-") show(middle - wide, middle + wide);
      else if (e.key === "Escape" || e.key === "0") show(...full);
      else return;
      e.preventDefault();
      if (pointed !== null) spoken.textContent = `${c.when.textContent}: ${[...c.figure.querySelectorAll(".key")].map((k) => k.textContent).join(", ")}`;
    });
  }

  // Range buttons, as far as the history reaches.
  const ranges = document.querySelector(".ranges"), span = (time[time.length - 1] - time[0]) / 86400;
  const offered = [["10y", 3652], ["5y", 1826], ["1y", 365], ["6m", 183], ["1m", 30], ["1w", 7], ["1d", 1]].filter(([, d]) => d < span * 0.9 && (d / span) * time.length > 25).slice(0, 5);
  if (offered.length && bars > 16)
    for (const [text, days] of [["All", 0], ...offered]) {
      const b = make("button", "", ranges);
      b.type = "button";
      b.textContent = text;
      const reach = () => {
        if (!days) return full;
        const since = time[time.length - 1] - days * 86400;
        return [barOf(Math.max(0, time.findIndex((t) => t >= since))) - 0.5, full[1]];
      };
      b.covers = (v) => (days ? v !== full && Math.abs(v[0] - reach()[0]) < 1 && v[1] === full[1] : v === full);
      b.setAttribute("aria-pressed", String(b.covers(view)));
      b.setAttribute("aria-label", days ? `Show the last ${text}` : "Show all bars");
      b.addEventListener("click", () => show(...reach()));
    }

  // Trades: choose one in the table or on the chart, and both show it.
  const table = document.querySelector(".trades"), price = charts.find((c) => c.figure.dataset.chart === "price");
  function choose(id, fromChart) {
    if (!table) return;
    for (const e of document.querySelectorAll(".on")) e.classList.remove("on");
    const row = table.querySelector(`tr[data-t="${CSS.escape(id)}"]`), own = price.uses.filter((u) => u.e.dataset.t === id);
    if (row) row.classList.add("on");
    for (const u of own) u.e.classList.add("on");
    if (fromChart) { if (row) row.parentNode.parentNode.parentNode.scrollTop = row.offsetTop - 120; return; }
    if (!own.length) return;
    const first = Math.min(...own.map((u) => u.x)), last = Math.max(...own.map((u) => u.x)), room = Math.max(20, last - first);
    show(first - room, last + room);
    price.figure.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }
  if (table) {
    const body = table.tBodies[0], numberIn = (cell) => { const n = parseFloat(cell.textContent.replace("\u2212", "-").replace(/,/g, "")); return Number.isNaN(n) ? -Infinity : n; };
    [...table.tHead.rows[0].cells].forEach((th, i) => {
      const b = document.createElement("button");
      b.append(...th.childNodes);
      th.append(b);
      b.addEventListener("click", () => {
        const down = th.getAttribute("aria-sort") === "ascending", numeric = th.classList.contains("n");
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        th.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = [...body.rows].map((row) => [numeric ? numberIn(row.cells[i]) : row.cells[i].textContent, row]);
        keyed.sort(([p], [q]) => (p < q ? -1 : p > q ? 1 : 0) * (down ? -1 : 1));
        body.append(...keyed.map(([, row]) => row));
      });
    });
    for (const row of body.rows) row.tabIndex = 0;
    const chosen = (e) => { const row = e.target.closest("tr[data-t]"); if (row) choose(row.dataset.t, false); };
    body.addEventListener("click", chosen);
    body.addEventListener("keydown", (e) => { if (e.key === "Enter") chosen(e); });
  }
  for (const input of document.querySelectorAll(".scales > input")) input.addEventListener("change", () => charts.forEach(layout));
  addEventListener("resize", () => charts.forEach(layout));
  charts.forEach(layout);
})();
