// The book's one script: interactive figures, the scoreboard, citations, the colour theme. What it
// writes into a page, it writes as text.
// Without it the pages show still figures and the whole table, in the reader's own colours.
"use strict";

const SVG = "http://www.w3.org/2000/svg";

function draw(parent, name, attributes = {}, text = "") {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return parent.appendChild(node);
}

function make(parent, name, properties = {}) {
  return parent.appendChild(Object.assign(document.createElement(name), properties));
}

// ---- Axes ---------------------------------------------------------------------------

function scale({ scale, range }, from, to) {
  const f = scale === "log" ? Math.log10 : (v) => v;
  const [low, high] = range.map(f);
  return (v) => v === null || (scale === "log" && v <= 0)
    ? null : from + (f(v) - low) / (high - low) * (to - from);
}

function ticks({ scale, range: [low, high] }, most) {
  if (scale === "log") {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
    const every = Math.max(1, Math.ceil((last - first) / most));
    const powers = [];
    for (let k = first; k <= last; k++) if (k % every === 0) powers.push(10 ** k);
    if (powers.length > 1) return powers;
  }
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return scale === "log" ? found.filter((v) => v > 0) : found;
}

function tickText(v, log) {
  const power = Math.log10(Math.abs(v));
  if (log && Math.abs(power - Math.round(power)) < 1e-9 && (power < -2.5 || power > 3.5)) {
    return "10" + String(Math.round(power)).replace(/./g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻");
  }
  return String(Number(v.toPrecision(6))).replace("-", "−");
}

function drawAxes(svg, data, box, x, y) {
  const ink = { stroke: "currentColor", "stroke-width": 1, "stroke-opacity": 0.55 };
  const faint = { ...ink, "stroke-opacity": 0.13 };
  for (const v of ticks(data.y, 5)) {
    draw(svg, "line", { x1: box.left, x2: box.right, y1: y(v), y2: y(v), ...faint });
    const place = { x: box.left - 7, y: y(v) + 4.5, "text-anchor": "end" };
    draw(svg, "text", place, tickText(v, data.y.scale === "log"));
  }
  for (const v of ticks(data.x, Math.max(2, Math.floor((box.right - box.left) / 75)))) {
    draw(svg, "line", { x1: x(v), x2: x(v), y1: box.bottom, y2: box.bottom + 5, ...ink });
    const place = { x: x(v), y: box.bottom + 19, "text-anchor": "middle" };
    draw(svg, "text", place, tickText(v, data.x.scale === "log"));
  }
  draw(svg, "path", { d: `M${box.left},${box.top}V${box.bottom}H${box.right}`, fill: "none", ...ink });
  draw(svg, "text", { x: 0, y: 13 }, data.y.label);
  const below = { x: (box.left + box.right) / 2, y: box.bottom + 38, "text-anchor": "middle" };
  draw(svg, "text", below, data.x.label);
}

// ---- Curves -------------------------------------------------------------------------

const inkOf = (curve) => CSS.supports("color", curve.color) ? curve.color : "currentColor";
const joined = (points) => points.map(([a, b]) => `${a.toFixed(1)},${b.toFixed(1)}`).join("L");

function runs(points) {
  const found = [[]];
  for (const point of points) {
    if (point.includes(null)) found.push([]);
    else found[found.length - 1].push(point);
  }
  return found.filter((run) => run.length);
}

function drawCurve(group, curve, x, y) {
  const points = runs(curve.x.map((v, i) => [x(v), y(curve.y[i])])), ink = inkOf(curve);
  if (curve.low) {
    const side = (values) => curve.x.map((v, i) => [x(v), y(values[i])])
      .filter((point) => !point.includes(null));
    const outline = `M${joined([...side(curve.high), ...side(curve.low).reverse()])}Z`;
    draw(group, "path", { d: outline, fill: ink, "fill-opacity": 0.2 });
  }
  if (curve.style === "points") {
    for (const [cx, cy] of points.flat()) draw(group, "circle", { cx, cy, r: 3.5, fill: ink });
    return points;
  }
  const line = { fill: "none", stroke: ink, "stroke-width": 2.2, "stroke-linejoin": "round" };
  if (curve.style === "dashed") line["stroke-dasharray"] = "6 5";
  for (const run of points) draw(group, "path", { d: `M${joined(run)}`, ...line });
  return points;
}

// Names stand at the end of their curves; those that would touch are moved apart.
function drawNames(svg, names, box) {
  names.sort((a, b) => a.y - b.y);
  names.forEach((name, i) => {
    name.y = Math.max(name.y, box.top + 6, i ? names[i - 1].y + 16 : 0);
  });
  for (let i = names.length - 1; i >= 0; i--) {
    names[i].y = Math.min(names[i].y, i + 1 < names.length ? names[i + 1].y - 16 : box.bottom - 8);
  }
  for (const name of names) {
    const text = draw(svg, "text", { x: name.x + 7, y: name.y + 4.5 }, name.text);
    Object.assign(text.style, { fill: name.color, fontWeight: 600 });
    const room = svg.viewBox.baseVal.width - text.getComputedTextLength();
    text.setAttribute("x", Math.min(name.x + 7, room));
  }
}

function drawFrame(svg, data, frame, width) {
  const height = Math.round(Math.max(250, width * 0.58));
  const longest = Math.max(0, ...data.frames.flatMap((f) => f.series.map((s) => s.name.length)));
  const tick = Math.max(...ticks(data.y, 5).map((v) => tickText(v, data.y.scale === "log").length));
  const right = width - Math.min(12 + 7.6 * longest, width * 0.4);
  const box = { left: 14 + 7.5 * tick, right, top: 28, bottom: height - 46 };
  const x = scale(data.x, box.left, box.right), y = scale(data.y, box.bottom, box.top);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  drawAxes(svg, data, box, x, y);
  const clip = `clip-${Math.random().toString(36).slice(2)}`;
  const inside = { width: box.right - box.left + 4, height: box.bottom - box.top + 2 };
  draw(draw(svg, "clipPath", { id: clip }), "rect", { x: box.left, y: box.top - 2, ...inside });
  const group = draw(svg, "g", { class: "curve", "clip-path": `url(#${clip})` }), names = [];
  for (const curve of frame.series) {
    const seen = drawCurve(group, curve, x, y).flat()
      .filter(([a, b]) => a <= box.right + 1 && b >= box.top - 1 && b <= box.bottom + 1);
    if (curve.name && seen.length) {
      const [a, b] = seen[seen.length - 1];
      names.push({ x: a, y: b, text: curve.name, color: inkOf(curve) });
    }
  }
  drawNames(svg, names, box);
}

// ---- Knobs --------------------------------------------------------------------------

function startKnob(figure) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const { label, values, initial } = data.knob, id = `${figure.id}-knob`;
  const place = make(document.createDocumentFragment(), "div", { className: "knob-drawing" });
  const svg = draw(place, "svg", { role: "img" });
  const controls = document.createElement("div");
  controls.className = "knob-controls";
  make(controls, "label", { htmlFor: id, textContent: label });
  const range = { type: "range", min: 0, max: values.length - 1, step: 1, value: initial };
  const input = make(controls, "input", { id, ...range });
  const output = make(controls, "output", { htmlFor: id });
  const note = make(controls, "p", { className: "knob-note" });
  figure.querySelector(".knob-still").replaceWith(place);
  place.after(controls);
  const show = () => {
    const frame = data.frames[input.value], value = values[input.value];
    output.value = value;
    note.textContent = frame.note;
    input.setAttribute("aria-valuetext", [value, frame.note].filter(Boolean).join(": "));
    svg.setAttribute("aria-label", `${data.alt} Shown: ${label} ${value}. ${frame.note}`);
    if (place.clientWidth) drawFrame(svg, data, frame, place.clientWidth);
  };
  input.addEventListener("input", show);
  new ResizeObserver(show).observe(place);
  show();
}

// ---- Scoreboard ---------------------------------------------------------------------

function sortKey(row, column) {
  const cell = row.cells[column], key = cell.dataset.sort;
  return key === undefined ? cell.textContent.trim() : key === "" ? Infinity : Number(key);
}

function sortBy(table, column) {
  const heads = [...table.tHead.rows[0].cells], head = heads[column];
  const up = head.ariaSort !== "ascending";
  heads.forEach((other) => other.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row) => [sortKey(row, column), row]);
  const order = ([a], [b]) => typeof a === "number" ? (a > b) - (a < b) : a.localeCompare(b);
  rows.sort(up ? order : (a, b) => order(b, a));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

function startScoreboard(board) {
  const table = board.querySelector("table"), rows = [...table.tBodies[0].rows];
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = make(head, "button", { type: "button", textContent: head.textContent });
    head.replaceChildren(button);
    button.addEventListener("click", () => sortBy(table, column));
  });
  const bar = document.createElement("div");
  bar.className = "scoreboard-filter";
  make(bar, "label", { htmlFor: "scoreboard-words", textContent: "Only rows with" });
  const input = make(bar, "input", { id: "scoreboard-words", type: "search" });
  input.placeholder = "words, e.g. control";
  const count = make(bar, "output", { htmlFor: "scoreboard-words" });
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const has = (row) => words.every((word) => row.textContent.toLowerCase().includes(word));
    for (const row of rows) row.hidden = !has(row);
    count.value = words.length ? `${rows.filter(has).length} of ${rows.length}` : "";
  });
  board.prepend(bar);
}

// ---- Citations ----------------------------------------------------------------------

function startCopy(text) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "copy", textContent: "Copy" });
  button.setAttribute("aria-label", `Copy ${text.matches("pre") ? "the BibTeX entry" : "the citation"}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {  // not allowed here: the reader's own keys still are
      getSelection().selectAllChildren(text);
      button.textContent = "Selected";
    }
  });
  text.after(button);
}

// ---- What scrolls can be reached by keyboard ----------------------------------------

function reachScrollers() {
  for (const node of document.querySelectorAll("pre, div.math, .page table, .output")) {
    if (node.scrollWidth > node.clientWidth + 1) node.tabIndex = 0;
  }
}

// ---- Colours ------------------------------------------------------------------------

function startTheme(button) {
  const next = { auto: "light", light: "dark", dark: "auto" }, root = document.documentElement;
  make(button, "span", { ariaHidden: "true", textContent: "◐ " });
  make(button, "span", { className: "visually-hidden", textContent: "Colours: " });
  make(button, "span");
  const name = () => { button.lastChild.textContent = root.dataset.theme; };
  root.dataset.theme ||= "auto";
  button.hidden = false;
  name();
  button.addEventListener("click", () => {
    root.dataset.theme = next[root.dataset.theme] ?? "auto";
    try { localStorage.setItem("theme", root.dataset.theme); } catch { /* private window */ }
    name();
  });
}

const { front } = document.documentElement.dataset;
if (front) location.replace(front);
document.querySelectorAll("figure.knob").forEach(startKnob);
document.querySelectorAll(".scoreboard:not(.plain)").forEach(startScoreboard);
document.querySelectorAll(".cite-block > :is(p, pre)").forEach(startCopy);
reachScrollers();
document.querySelectorAll(".theme-button").forEach(startTheme);
