// How a run stands, handed to the script of each part; and where the next look goes: to the file of the run, and now and
// then, or when that is not enough, to the page itself.

const SIGN_OF_LIFE = 30_000; // ms: so often the page hears that somebody watches (publisher.py: WATCHED_SECONDS)
const runs = new WeakMap(); // root -> { parts, plotly, send, address, standing, signedAt, serial }

// Called by Streamlit, through the loader, at every run of the fragment.
export function draw({ parentElement, data, setTriggerValue }, parts, plotly) {
  const root = parentElement.querySelector(".live-run");
  const { address, standing } = data;
  runs.set(root, { parts, plotly, send: setTriggerValue, address, standing, signedAt: performance.now(), serial: 0 });
  return show(root, data);
}

async function show(root, data) {
  const { parts: [pulse, status, chart, figure, words], plotly } = runs.get(root);
  const place = root.querySelector(".live-chart > div");
  status.show(root, data.status);
  const hasPoints = chart.take(place, data.chart, !data.ask_after), hasWords = words.show(root, data.words);
  pulse.beat(root, data.ask_after, () => look(root));
  if (!hasPoints) return pulse.askNow(root, () => sign(root)); // too much has been missed
  if (!hasWords) read(root, "-words.json").then((others) => words.show(root, others), () => {}); // else with the next look
  await chart.draw(place, figure, plotly);
}

async function read(root, end = ".json") {
  const address = runs.get(root).address.replace(".json", end);
  return (await fetch(new URL(address, document.baseURI), { cache: "no-store" })).json();
}

function sign(root) {
  const run = runs.get(root), [, , chart, , words] = run.parts;
  run.signedAt = performance.now();
  const has = chart.have(root.querySelector(".live-chart > div"));
  run.send("tick", { ...has, words: words.have(root), is_hidden: document.hidden });
}

async function look(root) {
  const run = runs.get(root);
  if (!run.address || performance.now() - run.signedAt > SIGN_OF_LIFE) return sign(root);
  let data;
  try {
    data = await read(root);
  } catch {
    return sign(root); // no file, or no connection
  }
  if (runs.get(root) !== run) return; // the page was drawn meanwhile
  const isNew = data.serial !== run.serial, shown = isNew && show(root, data);
  run.serial = data.serial;
  if (data.standing !== run.standing) sign(root); // other buttons, perhaps; what has come is shown before they are
  else if (!isNew) run.parts[0].beat(root, data.ask_after, () => look(root));
  await shown;
}
