// What a run writes and predicts, drawn anew when the server sends something else. All of it is a network's own words:
// it is only ever text.

function make(tag, className, ...content) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}

function sample({ label, seed, text }, className) {
  const words = make("div", "", ...(seed ? [make("i", "", seed)] : []), text);
  if (className) words.tabIndex = 0; // what can get the focus can be scrolled with the arrow keys
  return make("div", `sample ${className}`, make("small", "", label), words);
}

function showSamples(root, { latest, left_out, earlier }) {
  root.querySelector(".latest").replaceChildren(...latest.map((note) => sample(note, "now")));
  const timeline = root.querySelector(".timeline");
  const isAtEnd = timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 40; // else somebody reads further up
  const first = left_out || (earlier.length ? "" : "Nothing yet.");
  timeline.replaceChildren(make("small", "", first), ...earlier.map((note) => sample(note, "")));
  if (isAtEnd) timeline.scrollTop = timeline.scrollHeight;
}

function row({ context, predicted, verdict, comes, tail, sure }) {
  const said = make("td", "", make("code", "", context), " → ", make("b", "", predicted));
  const judged = make("td", "", verdict, ...(comes ? [make("b", "", comes), tail] : []));
  return make("tr", "", said, judged, make("td", "", sure));
}

function showPredictions(root, { head, rows }) {
  const place = root.querySelector(".predictions");
  if (!rows.length) return place.replaceChildren(make("small", "", head));
  const heads = [head, "right?", "how sure"].map((word) => make("th", "", word));
  place.replaceChildren(make("table", "", make("thead", "", make("tr", "", ...heads)), make("tbody", "", ...rows.map(row))));
}

// Which words are here already.
export const have = (root) => root.dataset.words ?? "";

// False when there are others, and they have not come.
export function show(root, { version, samples, predictions }) {
  if (!predictions || version === root.dataset.words) return version === root.dataset.words;
  root.dataset.words = version;
  root.querySelector(".writes").hidden = !samples;
  if (samples) showSamples(root, samples);
  showPredictions(root, predictions);
  return true;
}
