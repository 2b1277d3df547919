// Draws the live chart in place, as more comes of it; packing.py says what comes.

const charts = new Map(); // the element that Plotly draws in -> what is known of its chart
const ROOM = 1.4; // the axis of steps is so much longer than the curve: it is drawn anew only when that is filled

// Put the new points behind those that stay; false when these are not there. `isAtRest`: no more will come.
export function take(element, data, isAtRest) {
  element.setAttribute("aria-label", data.sentence);
  const chart = charts.get(element) ?? watch(element);
  Object.assign(chart, { data, isAtRest });
  const settled = Math.floor(Math.max(0, chart.steps - 1) / chart.stretch) * chart.stretch; // growing.py: settled_step
  if (data.keep && (data.curve !== chart.curve || data.stretch !== chart.stretch || settled < data.since)) return false;
  const rows = unpack(data.points, 4);
  chart.rows = rows.map((row, index) => join(chart.rows[index].slice(0, data.keep), row));
  if (data.marks !== null) chart.marks = unpack(data.marks, 3);
  Object.assign(chart, { curve: data.curve, steps: data.steps, stretch: data.stretch, markCount: data.mark_count });
  return true;
}

// What is here already, for the server to send no more than the rest.
export function have(element) {
  const { curve = "", steps, stretch, markCount } = charts.get(element);
  return { curve, steps, stretch, marks: markCount };
}

export async function draw(element, figure, plotlyAddress) {
  const chart = charts.get(element), message = element.parentElement.querySelector("p");
  chart.figure = figure;
  try {
    chart.Plotly ??= await figure.loadPlotly(plotlyAddress);
  } catch {
    message.textContent = "The chart's library (plotly.js) could not be loaded. Training goes on; reload the page to try again.";
    return;
  }
  message.hidden = chart.rows[0].length > 0;
  redraw(element, chart);
}

// Keep the chart as wide as its place, and still while a hand is on it.
function watch(element) {
  for (const known of charts.keys()) if (!known.isConnected) charts.delete(known);
  const chart = { rows: [[], [], [], []], marks: [[], [], []], markCount: -1, steps: 0, stretch: 0 };
  charts.set(element, chart);
  new ResizeObserver(() => {
    if (chart.room && element.isConnected && element.clientWidth) chart.Plotly.Plots.resize(element);
  }).observe(element);
  element.addEventListener("pointerdown", () => (chart.isHeld = true), true);
  return chart;
}

for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => {
  for (const [element, chart] of charts) if (chart.isHeld) {
    chart.isHeld = false;
    setTimeout(() => redraw(element, chart)); // when Plotly has made of it what was meant
  }
});

function join(first, second) {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function unpack(text, count) {
  const numbers = new Float32Array(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer);
  const length = numbers.length / count;
  return Array.from({ length: count }, (_, row) => numbers.subarray(row * length, (row + 1) * length));
}

// The drawing. Most ticks only bring points: `Plotly.animate` then moves the lines and leaves all else, at a third of
// what `Plotly.react` costs, which measures every word of the chart anew.

function redraw(element, chart) {
  if (!chart.Plotly || !element.isConnected || chart.isHeld) return; // or the visitor has left the page meanwhile
  const { data, marks, figure } = chart, palette = figure.colours(element);
  const frame = JSON.stringify([data.revision, data.lines, palette, marks[0].length > 0, chart.isAtRest]);
  const isZoomed = chart.frame && data.revision === chart.revision && String(shownRanges(element)) !== String(ranges(chart));
  if (frame === chart.frame && (isZoomed || fits(chart))) {
    const lines = figure.traces(chart, palette).map(({ x, y }) => ({ x, y }));
    const still = { transition: { duration: 0 }, frame: { duration: 0, redraw: false }, mode: "immediate" };
    chart.Plotly.animate(element, { data: lines, traces: [...lines.keys()] }, still).catch(() => {}); // the next one came
    return;
  }
  if (!isZoomed) chart.room = makeRoom(chart); // else the visitor's view would be lost with the room that it was cut from
  Object.assign(chart, { frame, revision: data.revision });
  chart.Plotly.react(element, figure.traces(chart, palette), figure.layout(data, ranges(chart), palette, element), figure.config);
}

function shownRanges(element) {
  return ["xaxis", "yaxis"].map((axis) => element.layout[axis].range);
}

function ranges({ data, room }) {
  const place = (value) => (data.log ? Math.log10(value) : value); // on a logarithmic axis Plotly counts exponents
  return [[0, room.end], [place(room.bottom), place(room.top)]];
}

// The least and the greatest loss that is drawn; what is no number, or has no logarithm, is a gap.
function extent(chart) {
  const low = chart.data.log ? 0 : -Infinity;
  let least = Infinity, greatest = -Infinity;
  for (const row of [chart.rows[1], chart.rows[2], chart.marks[1]]) for (const value of row) {
    if (!Number.isFinite(value) || value <= low) continue;
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return [least, greatest];
}

function makeRoom(chart) {
  const [least, greatest] = extent(chart);
  const top = 1.05 * Math.max(1.07 * chart.data.lines[0].value, greatest); // room for the name of the highest line
  const end = chart.rows[0].at(-1) ?? 1;
  return {
    end: chart.isAtRest ? end : Math.max(ROOM * end, 1), // at rest the curve fills the chart
    top,
    bottom: chart.data.log ? Math.min(least, top / 2) / (chart.isAtRest ? 1.1 : 2) : 0,
  };
}

function fits(chart) {
  const [least, greatest] = extent(chart), { end, top, bottom } = chart.room;
  return (chart.rows[0].at(-1) ?? 0) <= end && !(greatest > top) && !(least < bottom);
}
