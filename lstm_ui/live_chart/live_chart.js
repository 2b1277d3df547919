// Draws the live chart with Plotly.react: the same chart, more points. Fetched once; see component.py for who calls it.

const charts = new WeakMap(); // the element that Plotly draws in -> { data, Plotly }
const touch = matchMedia("(pointer: coarse)").matches;
let library; // one plotly.js for all charts of the page

function loadPlotly(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("no Plotly in " + address)));
    script.onerror = () => { library = undefined; script.remove(); reject(new Error("cannot load " + address)); };
    document.head.append(script);
  });
  return library;
}

// Called by Streamlit (through the loader) when the chart appears and at every change of its data.
export async function draw({ parentElement, data }, plotlyAddress) {
  const element = parentElement.querySelector(".live-chart > div");
  const message = parentElement.querySelector(".live-chart > p");
  element.setAttribute("aria-label", data.sentence);
  const chart = charts.get(element) ?? watch(element);
  chart.data = data;
  try {
    chart.Plotly ??= await loadPlotly(plotlyAddress);
  } catch {
    message.textContent = "The chart's library (plotly.js) could not be loaded. Training goes on; reload the page to try again.";
    return;
  }
  if (!element.isConnected) return; // the visitor has left the page meanwhile
  message.hidden = data.curves.x.length > 0;
  redraw(element);
}

// Keep the chart as wide as its place. Streamlit itself calls `draw` again when light turns to dark.
function watch(element) {
  const chart = {};
  charts.set(element, chart);
  new ResizeObserver(() => {
    if (chart.drawn && element.isConnected && element.clientWidth) chart.Plotly.Plots.resize(element);
  }).observe(element);
  return chart;
}

function redraw(element) {
  const chart = charts.get(element);
  const palette = colours(element);
  chart.drawn = true;
  chart.Plotly.react(element, traces(chart.data, palette), layout(chart.data, palette, element), {
    displaylogo: false,
    displayModeBar: touch ? false : "hover",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"], // nothing leaves the classroom
  });
}

function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

function colours(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue("--st-" + name).trim();
  return {
    text: read("text-color"), paper: read("background-color"), line: read("border-color"), quiet: read("gray-color"),
    training: read("blue-color"), validation: read("orange-color"), font: read("font"),
  };
}

function traces(data, palette) {
  const curve = Object.fromEntries(Object.entries(data.curves).map(([name, text]) => [name, unpack(text)]));
  const line = (name, x, y, color, extra) => ({
    type: "scatter", mode: "lines", name, x, y, line: { color, width: 2.5 }, hovertemplate: "%{y:.3f}", ...extra,
  });
  const below = { yaxis: "y2", showlegend: false, hovertemplate: "%{y:.1%}" };
  const marked = { mode: "lines+markers", marker: { size: 6, symbol: "diamond" } }; // never told by colour alone
  const all = [
    line("each step", curve.x, curve.raw, palette.training, { opacity: 0.45, line: { color: palette.training, width: 1 } }),
    line("smoothed", curve.x, curve.smoothed, palette.training),
    line("accuracy", curve.x, curve.accuracy, palette.training, below),
  ];
  if (curve.validation_x.length) all.push(
    line("validation", curve.validation_x, curve.validation_losses, palette.validation, marked),
    line("validation accuracy", curve.validation_x, curve.validation_accuracies, palette.validation, { ...below, ...marked }),
  );
  return all;
}

function layout(data, palette, element) {
  const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // larger on a projector
  const size = scale * (element.clientWidth < 480 ? 12 : 14);
  const axis = (title, extra) => ({
    title: { text: title, standoff: 8 }, gridcolor: palette.line, zeroline: false, linecolor: palette.line,
    automargin: false, ...extra,
  });
  const named = ({ panel, value, label, place, quiet, below }) => ({
    type: "line", xref: "paper", x0: 0, x1: 1, yref: panel === "loss" ? "y" : "y2", y0: value, y1: value,
    line: { color: quiet ? palette.quiet : palette.text, width: quiet ? 1 : 1.25, dash: "dash" }, layer: quiet ? "below" : "above",
    label: { // where the curves leave room: above a low loss and below a high accuracy, at the beginning
      text: escapeHtml(label), textposition: place || "end",
      yanchor: below || (panel === "accuracy" && value > 0.5) ? "top" : "bottom",
      font: { size: (quiet ? 0.86 : 0.93) * size, color: quiet ? palette.quiet : palette.text },
    },
  });
  return {
    uirevision: data.revision,
    autosize: true,
    margin: { l: 64 * scale, r: 12, t: 36 * scale, b: 44 * scale },
    paper_bgcolor: palette.paper,
    plot_bgcolor: palette.paper,
    font: { color: palette.text, family: palette.font, size },
    hovermode: "x unified",
    hoverlabel: { bgcolor: palette.paper, bordercolor: palette.line, font: { color: palette.text } },
    dragmode: touch ? false : "zoom", // a finger scrolls the page
    modebar: { bgcolor: "rgba(0,0,0,0)", color: palette.quiet, activecolor: palette.training },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", itemclick: "toggle", bgcolor: "rgba(0,0,0,0)" },
    xaxis: axis(data.x_title, {
      anchor: "y2", rangemode: "tozero", showgrid: false,
      unifiedhovertitle: { text: `${data.x_title} %{x:,.0f}` },
      showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: palette.quiet,
    }),
    yaxis: axis(data.loss_title, {
      domain: [0.36, 1], type: data.log ? "log" : "linear", rangemode: data.log ? "normal" : "tozero",
      autorangeoptions: { include: 1.12 * data.lines[0].value }, // room for the name of the highest line
    }),
    yaxis2: axis("accuracy", { domain: [0, 0.26], range: [0, 1.04], tickformat: ".0%", nticks: 4 }),
    shapes: data.lines.map(named),
  };
}

// Plotly reads a few HTML tags in labels; a label is only ever text.
function escapeHtml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
