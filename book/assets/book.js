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

function axesBox(look, width, height) {
  const tick = Math.max(...ticks(look.y, 5).map((v) => tickText(v, look.y.scale === "log").length));
  return { left: 14 + 7.5 * tick, right: width, top: 28, bottom: height - 46 };
}

function clipTo(group, box) {
  const id = `clip-${Math.random().toString(36).slice(2)}`;
  const inside = { width: box.right - box.left + 4, height: box.bottom - box.top + 2 };
  draw(draw(group, "clipPath", { id }), "rect", { x: box.left, y: box.top - 2, ...inside });
  return draw(group, "g", { class: "curve", "clip-path": `url(#${id})` });
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

function drawPoint(group, style, [cx, cy], r, fill) {
  if (style === "points") return draw(group, "circle", { cx, cy, r, fill });
  const d = `M${joined([[cx, cy - 1.3 * r], [cx + 1.2 * r, cy + r], [cx - 1.2 * r, cy + r]])}Z`;
  return draw(group, "path", { d, fill });
}

function drawCurve(group, curve, x, y, { radius = 3.5, thin = false } = {}) {
  const points = runs(curve.x.map((v, i) => [x(v), y(curve.y[i])])), ink = inkOf(curve);
  if (curve.low) {
    const side = (values) => curve.x.map((v, i) => [x(v), y(values[i])])
      .filter((point) => !point.includes(null));
    const outline = `M${joined([...side(curve.high), ...side(curve.low).reverse()])}Z`;
    draw(group, "path", { d: outline, fill: ink, "fill-opacity": 0.2 });
  }
  if (curve.style === "points" || curve.style === "triangles") {
    for (const point of points.flat()) drawPoint(group, curve.style, point, radius, ink);
    return points;
  }
  const width = thin ? 1.3 : 2.2;
  const line = { fill: "none", stroke: ink, "stroke-width": width, "stroke-linejoin": "round" };
  if (curve.style === "dashed") line["stroke-dasharray"] = "6 5";
  for (const run of points) draw(group, "path", { d: `M${joined(run)}`, ...line });
  return points;
}

// Names stand at the end of their curves; those that would touch are moved apart.
function drawNames(group, names, box, width) {
  names.sort((a, b) => a.y - b.y);
  names.forEach((name, i) => {
    name.y = Math.max(name.y, box.top + 6, i ? names[i - 1].y + 16 : 0);
  });
  for (let i = names.length - 1; i >= 0; i--) {
    names[i].y = Math.min(names[i].y, i + 1 < names.length ? names[i + 1].y - 16 : box.bottom - 8);
  }
  for (const name of names) {
    const text = draw(group, "text", { x: name.x + 7, y: name.y + 4.5 }, name.text);
    Object.assign(text.style, { fill: name.color, fontWeight: 600 });
    text.setAttribute("x", Math.min(name.x + 7, width - text.getComputedTextLength()));
  }
}

// Each curve, and its name at the last of its points that is seen.
function drawSeries(group, series, x, y, box, width, sizes) {
  const inside = clipTo(group, box), names = [];
  for (const curve of series) {
    const seen = drawCurve(inside, curve, x, y, sizes).flat()
      .filter(([a, b]) => a <= box.right + 1 && b >= box.top - 1 && b <= box.bottom + 1);
    if (curve.name && seen.length) {
      const [a, b] = seen[seen.length - 1];
      names.push({ x: a, y: b, text: curve.name, color: inkOf(curve) });
    }
  }
  drawNames(group, names, box, width);
}

// A line at the present place, and a dot on each lasting curve that has a point there.
function drawMarker(group, look, at, x, y, box) {
  const ink = { stroke: "currentColor", "stroke-width": 1.3, "stroke-opacity": 0.7 };
  draw(group, "line", { x1: x(at), x2: x(at), y1: box.top, y2: box.bottom, ...ink });
  for (const curve of look.series) {
    const [cx, cy] = [x(at), y(curve.y[curve.x.indexOf(at)] ?? null)];
    if (cy !== null && cy <= box.bottom) {
      draw(group, "circle", { cx, cy, r: 4, fill: inkOf(curve), class: "dot" });
    }
  }
}

function drawCurves(group, look, content, { width, height }) {
  const box = axesBox(look, width, height);
  box.right -= Math.min(12 + 7.6 * look.longest, width * 0.4);
  const x = scale(look.x, box.left, box.right), y = scale(look.y, box.bottom, box.top);
  drawAxes(group, look, box, x, y);
  drawSeries(group, [...look.series, ...content.series], x, y, box, width, look);
  if (typeof content.marker === "number") drawMarker(group, look, content.marker, x, y, box);
}

// ---- Matrices and maps of outcomes: a cell an entry ---------------------------------

function cellGrid(rows, columns, { width, height }, left, bottom) {
  const side = Math.min((width - left) / columns, (height - bottom) / rows);
  const x = left + (width - left - side * columns) / 2, y = (height - bottom - side * rows) / 2;
  return { side, x: (column) => x + column * side, y: (row) => y + row * side };
}

function drawCell(group, grid, row, column, look) {
  const size = { width: grid.side - 4, height: grid.side - 4, rx: 3 };
  return draw(group, "rect", { x: grid.x(column) + 2, y: grid.y(row) + 2, ...size, ...look });
}

function drawNumber(group, grid, row, column, text) {
  const place = { x: grid.x(column) + grid.side / 2, y: grid.y(row) + grid.side / 2 + 4.5 };
  draw(group, "text", { ...place, "text-anchor": "middle" }, text);
}

// Full colours stay light enough for the numbers on them, in light and in dark.
function drawCells(group, look, content, place) {
  const { values } = content, seen = look.observed;
  const grid = cellGrid(values.length, values[0].length, place, 0, 0);
  const all = draw(group, "g", { class: "curve" });
  values.forEach((row, i) => row.forEach((entry, j) => {
    const color = inkOf({ color: entry > 0 ? look.above : look.below });
    const full = 0.62 * Math.min(1, Math.abs(entry ?? 0) / look.limit);
    drawCell(all, grid, i, j, { fill: color, "fill-opacity": full, class: "cell" });
    if (seen && !seen[i][j]) drawCell(all, grid, i, j, { fill: "none", class: "unseen" });
    if (look.numbers) {
      const text = entry === null ? "?" : (Math.round(100 * entry) / 100 + 0).toFixed(2);
      drawNumber(all, grid, i, j, text.replace("-", "−"));
    }
  }));
}

function drawMapCells(group, look, grid) {
  const rows = look.shares.length;
  look.shares.forEach((row, i) => row.forEach((share, j) => {
    const cell = draw(group, "g", { "data-frame": i * row.length + j }), up = rows - 1 - i;
    const fill = { fill: inkOf(look), "fill-opacity": 0.08 + 0.57 * share, class: "cell" };
    drawCell(cell, grid, up, j, fill);
    drawNumber(cell, grid, up, j, `${Math.round(100 * share)}`);
  }));
}

function drawMapLabels(group, grid, rows, columns) {
  const foot = grid.y(rows.values.length);
  rows.values.forEach((text, i) => {
    const y = grid.y(rows.values.length - 1 - i) + grid.side / 2 + 4.5;
    draw(group, "text", { x: grid.x(0) - 7, y, "text-anchor": "end" }, text);
  });
  columns.values.forEach((text, j) => {
    const at = { x: grid.x(j) + grid.side / 2, y: foot + 17, "text-anchor": "middle" };
    draw(group, "text", at, text);
  });
  draw(group, "text", { x: 0, y: -11 }, rows.label);
  const below = { x: grid.x(columns.values.length / 2), y: foot + 38, "text-anchor": "middle" };
  draw(group, "text", below, columns.label);
}

// The first control goes up the rows, the second along the columns.
function drawMap(group, look, content, { width, height }, { controls: [rows, columns], chosen }) {
  const longest = Math.max(...rows.values.map((text) => text.length));
  const left = Math.min(14 + 7.5 * longest, width * 0.4), below = { width, height: height - 24 };
  const grid = cellGrid(rows.values.length, columns.values.length, below, left, 46);
  const all = draw(group, "g", { class: "curve", transform: "translate(0,24)" });
  drawMapCells(all, look, grid);
  drawMapLabels(all, grid, rows, columns);
  const up = rows.values.length - 1 - chosen[0];
  drawCell(all, grid, up, chosen[1], { fill: "none", class: "chosen" });
}

// ---- Fields: the levels of a function on the plane ----------------------------------

// The part of a polygon of points [x, y, value] whose values are above (or below) a level.
function cut(polygon, level, above) {
  const kept = [];
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length], share = (level - a[2]) / (b[2] - a[2]);
    if ((a[2] > level) === above) kept.push(a);
    if ((a[2] > level) !== (b[2] > level)) {
      kept.push(a.map((v, k) => k === 2 ? level : v + share * (b[k] - v)));
    }
  });
  return kept;
}

function squares(rows, letters, x, y) {
  const value = rows.map((row) =>
    Array.from({ length: row.length / letters }, (_, j) =>
      parseInt(row.slice(letters * j, letters * (j + 1)), 36)));
  const at = (i, j) => [x(j / (value[0].length - 1)), y(i / (value.length - 1)), value[i][j]];
  return value.slice(1).flatMap((_, i) => value[0].slice(1).map((_, j) =>
    [at(i, j), at(i, j + 1), at(i + 1, j + 1), at(i + 1, j)]));
}

function bandPath(cells, low, high) {
  return cells.map((cell) => cut(cut(cell, low, true), high, false))
    .filter((part) => part.length > 2).map((part) => `M${joined(part)}Z`).join("");
}

function levelPath(cells, level) {
  return cells.flatMap((cell) => {
    const ends = cut(cell, level, true).filter((point) => point[2] === level);
    return ends.length < 2 ? [] : [`M${joined(ends.slice(0, 2))}`,
      ...(ends.length > 3 ? [`M${joined(ends.slice(2, 4))}`] : [])];
  }).join("");
}

function drawField(group, look, content, { width, height }) {
  const box = axesBox(look, width - 12, height), side = Math.min(box.right - box.left,
    box.bottom - box.top);
  box.right = box.left + side;
  box.top = box.bottom - side;
  const x = scale(look.x, box.left, box.right), y = scale(look.y, box.bottom, box.top);
  const cells = squares(content.rows, look.letters, (share) => box.left + share * side,
    (share) => box.bottom - share * side);
  const edges = [-1, ...look.levels, 36 ** look.letters];
  const inside = draw(group, "g", { class: "field" });
  look.bands.forEach((band, k) => {
    const d = bandPath(cells, edges[k], edges[k + 1]), fill = inkOf(band);
    draw(inside, "path", { d, fill, "fill-opacity": band.opacity });
  });
  look.levels.forEach((level, k) => {
    const main = k === look.main, width = main ? 2 : 0.8, opacity = main ? 0.9 : 0.4;
    const line = { fill: "none", stroke: "currentColor", "stroke-linecap": "round" };
    const d = levelPath(cells, level);
    draw(inside, "path", { d, ...line, "stroke-width": width, "stroke-opacity": opacity });
  });
  drawAxes(group, look, box, x, y);
  const points = [...look.points, ...content.points];
  const radius = points.some((some) => some.x.length > 20) ? 2.8 : 5;
  drawSeries(group, points, x, y, box, width, { radius });
}

// ---- Panels of a figure -------------------------------------------------------------

const KINDS = { curves: drawCurves, cells: drawCells, field: drawField, map: drawMap };

// A panel's height at a width: curves lie, the rest is square with room for its axes.
function heightOf(look, width) {
  const title = look.title ? 24 : 0;
  if (look.kind === "curves") return title + Math.round(Math.max(250, width * 0.58));
  if (look.kind === "map") {
    return title + 70 + Math.min(width, (width - 22) * look.shares.length / look.shares[0].length);
  }
  return title + (look.kind === "cells" ? Math.min(width, 300) : width + 34);
}

function places(looks, width) {
  const beside = looks.length > 1 && width >= 540, each = beside ? (width - 28) / 2 : width;
  const heights = looks.map((look) => heightOf(look, each)), tallest = Math.max(...heights);
  let top = 0;
  return looks.map((look, i) => {
    const place = { left: beside ? i * (each + 28) : 0, top, width: each };
    place.height = beside ? tallest : heights[i];
    if (!beside) top += heights[i] + 18;
    return place;
  });
}

function drawPanel(svg, look, content, place, state) {
  const group = draw(svg, "g", { transform: `translate(${place.left},${place.top})` });
  if (!look.title) return KINDS[look.kind](group, look, content, place, state);
  draw(group, "text", { x: 0, y: 13, class: "panel-title" }, look.title);
  const rest = draw(group, "g", { transform: "translate(0,24)" });
  return KINDS[look.kind](rest, look, content, { ...place, height: place.height - 24 }, state);
}

function drawFigure(svg, data, frame, width, chosen) {
  const all = places(data.panels, width), last = all[all.length - 1];
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${last.top + last.height}`);
  data.panels.forEach((look, i) => {
    drawPanel(svg, look, frame.panels[i], all[i], { controls: data.controls, chosen });
  });
}

// ---- Knobs --------------------------------------------------------------------------

// What a frame shows, in words: its author's, else where its named curves begin and end.
function seen({ note, panels }) {
  const text = (v) => v === null ? "no number" : tickText(v, false);
  return note || panels.flatMap(({ series }) => series ?? []).filter(({ name }) => name)
    .map(({ name, y }) => `${name}: ${text(y[0])} to ${text(y[y.length - 1])}.`).join(" ");
}

// A figure of one pair of axes is written without panels.
function panelsOf(data) {
  if (!data.panels) {
    data.controls = [data.knob];
    data.panels = [{ kind: "curves", title: "", x: data.x, y: data.y, series: [] }];
    data.frames = data.frames.map((frame) => ({ note: frame.note, panels: [frame] }));
  }
  data.panels.forEach((look, i) => {
    const series = [...look.series ?? [], ...data.frames.flatMap((f) => f.panels[i].series ?? [])];
    look.longest = Math.max(0, ...series.map((curve) => curve.name.length));
  });
  return data;
}

function makeControl(parent, { label, values, initial }, id) {
  make(parent, "label", { htmlFor: id, textContent: label });
  const range = { type: "range", min: 0, max: values.length - 1, step: 1, value: initial };
  const input = make(parent, "input", { id, ...range });
  return { input, output: make(parent, "output", { htmlFor: id, ariaLive: "off" }), label, values };
}

function startKnob(figure) {
  const data = panelsOf(JSON.parse(figure.querySelector("script").textContent));
  const place = make(document.createDocumentFragment(), "div", { className: "knob-drawing" });
  const svg = draw(place, "svg", { role: "img" });
  const bar = Object.assign(document.createElement("div"), { className: "knob-controls" });
  const controls = data.controls.map((control, i) =>
    makeControl(bar, control, `${figure.id}-knob${i || ""}`));
  // a slider says its value by itself; what is then seen is said after it, once
  const note = make(bar, "p", { className: "knob-note", role: "status" });
  figure.classList.toggle("pair", data.panels.length > 1);
  figure.querySelector(".knob-still").replaceWith(place);
  place.after(bar);
  let frame, chosen;
  const paint = () => {
    if (place.clientWidth) drawFigure(svg, data, frame, place.clientWidth, chosen);
  };
  const show = () => {
    chosen = controls.map(({ input }) => Number(input.value));
    frame = data.frames[chosen.reduce((at, k, i) => at * controls[i].values.length + k, 0)];
    const shown = controls.map(({ label, values }, i) => `${label} ${values[chosen[i]]}`);
    controls.forEach(({ input, output, values }, i) => {
      output.value = values[chosen[i]];
      input.setAttribute("aria-valuetext", output.value);
    });
    note.replaceChildren();
    make(note, "span", { className: "visually-hidden", textContent: `${shown.join(", ")}. ` });
    note.append(seen(frame));
    svg.setAttribute("aria-label", `${data.alt} Shown: ${note.textContent}`);
    paint();
  };
  const choose = (event) => {
    let at = Number(event.target.closest("[data-frame]")?.dataset.frame ?? NaN);
    if (Number.isNaN(at)) return;
    for (const { input, values } of [...controls].reverse()) {
      input.value = at % values.length;
      at = Math.floor(at / values.length);
    }
    show();
  };
  bar.addEventListener("input", show);
  svg.addEventListener("click", choose);
  new ResizeObserver(paint).observe(place);
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

// What scrolls is known once the fonts are there, and changes with the width of the window.
function startScrollers() {
  const nodes = [...document.querySelectorAll("pre, div.math, .page table, .output")]
    .filter((node) => !node.hasAttribute("tabindex"));
  const reach = () => {
    for (const node of nodes) {
      if (node.scrollWidth > node.clientWidth) node.tabIndex = 0;
      else node.removeAttribute("tabindex");
    }
  };
  reach();
  document.fonts.ready.then(reach);
  addEventListener("resize", reach);
}

// ---- Colours ------------------------------------------------------------------------

function startTheme(button) {
  const next = { auto: "light", light: "dark", dark: "auto" }, root = document.documentElement;
  make(button, "span", { ariaHidden: "true", textContent: "◐ " });
  make(button, "span", { className: "visually-hidden", textContent: "Colours: " });
  make(button, "span");
  const name = () => { button.lastChild.textContent = root.dataset.theme; };
  root.dataset.theme ||= "auto";
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
startScrollers();
document.querySelectorAll(".theme-button").forEach(startTheme);
