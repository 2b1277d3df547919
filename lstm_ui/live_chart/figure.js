// What the live chart looks like: Plotly's description of curves, axes and lines. live_chart.js says when it is drawn.

const touch = matchMedia("(pointer: coarse)").matches;
let library; // one plotly.js for all charts of the page

export const config = {
  displaylogo: false,
  displayModeBar: touch ? false : "hover",
  doubleClick: "reset",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"], // nothing leaves the classroom
};

export function loadPlotly(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("no Plotly in " + address)));
    script.onerror = () => { library = undefined; script.remove(); reject(new Error("cannot load " + address)); };
    document.head.append(script);
  });
  return library;
}

export function colours(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue("--st-" + name).trim();
  return {
    text: read("text-color"), paper: read("background-color"), line: read("border-color"), quiet: read("gray-color"),
    training: read("blue-color"), validation: read("orange-color"), font: read("font"),
  };
}

// `rows` and `marks` as `packing.pack_chart` tells them.
export function traces({ rows, marks }, palette) {
  const [x, raw, smoothed, accuracy] = rows, [at, losses, accuracies] = marks;
  const line = (name, x, y, color, extra) => ({
    type: "scatter", mode: "lines", name, x, y, line: { color, width: 2.5 }, hovertemplate: "%{y:.3f}", ...extra,
  });
  const below = { yaxis: "y2", showlegend: false, hovertemplate: "%{y:.1%}" };
  const marked = { mode: "lines+markers", marker: { size: 6, symbol: "diamond" } }; // never told by colour alone
  const all = [
    line("each step", x, raw, palette.training, { opacity: 0.45, line: { color: palette.training, width: 1 } }),
    line("smoothed", x, smoothed, palette.training),
    line("accuracy", x, accuracy, palette.training, below),
  ];
  if (at.length) all.push(
    line("validation", at, losses, palette.validation, marked),
    line("validation accuracy", at, accuracies, palette.validation, { ...below, ...marked }),
  );
  return all;
}

export function layout(data, [xRange, yRange], palette, element) {
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
      anchor: "y2", range: xRange, showgrid: false,
      unifiedhovertitle: { text: `${data.x_title} %{x:,.0f}` },
      showspikes: true, spikemode: "across", spikethickness: 1, spikedash: "dot", spikecolor: palette.quiet,
    }),
    yaxis: axis(data.loss_title, {
      domain: [0.36, 1], type: data.log ? "log" : "linear", range: yRange,
    }),
    yaxis2: axis("accuracy", { domain: [0, 0.26], range: [0, 1.04], tickformat: ".0%", nticks: 4 }),
    shapes: data.lines.map(named),
  };
}

// Plotly reads a few HTML tags in labels; a label is only ever text.
function escapeHtml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
