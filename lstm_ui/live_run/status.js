// How a run stands: numbers change in their slots, and nothing around them moves.

function write(element, text) {
  if (element.textContent !== text) element.textContent = text; // a screen reader announces what is written, new or not
}

export function show(root, { state, meaning, slots, note, progress, energy }) {
  const head = root.querySelector(".status-state");
  if (!head.firstChild) head.append(document.createElement("b"), " ", document.createElement("span"));
  write(head.children[0], state);
  write(head.children[1], meaning);
  const place = root.querySelector(".status-slots");
  while (place.childElementCount > slots.length) place.lastChild.remove();
  slots.forEach(([before, number, after], index) => {
    const slot = place.children[index] ?? place.appendChild(document.createElement("span"));
    if (!slot.firstChild) slot.append("", document.createElement("b"), "");
    const [first, bold, last] = slot.childNodes;
    if (first.data !== before) first.data = before;
    write(bold, number);
    if (last.data !== after) last.data = after;
  });
  showNote(root.querySelector(".status-note"), note, progress);
  write(root.querySelector(".energy p"), energy);
}

function showNote(place, note, progress) {
  if (progress === null) return write(place, note || "\u00a0");
  const bar = place.querySelector("progress") ?? document.createElement("progress");
  bar.setAttribute("aria-label", "Compiling the network’s program");
  bar.value = progress;
  if (!bar.isConnected) place.replaceChildren(bar);
}
