// What comes at a tick, each part to its script; and the question that brings the next tick.

export async function draw({ parentElement, data, setTriggerValue }, [pulse, status, chart, figure, words], plotly) {
  const root = parentElement.querySelector(".live-run");
  const place = root.querySelector(".live-chart > div");
  const isWhole = chart.take(place, data.chart, !data.ask_after);
  pulse.beat(root, data.ask_after, () => setTriggerValue("tick", { ...chart.have(place), words: words.have(root) }));
  if (!isWhole) pulse.askNow(root); // it has lost what the new points go on from
  status.show(root, data.status);
  words.show(root, data.words);
  if (isWhole) await chart.draw(place, figure, plotly);
}
