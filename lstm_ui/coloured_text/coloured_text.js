const NAMES = { " ": "␣ space", "\n": "⏎ line break", "\t": "⇥ tab" }
const signed = (value) => value.toFixed(2).replace("-", "−")

function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}

function draw(text, data, values) {
  const parts = document.createDocumentFragment()
  data.ids.forEach((id, place) => {
    const span = document.createElement("span"), name = data.names[id]
    span.textContent = name === "\n" ? "⏎" : name // never as HTML: people type anything
    const from = Math.max(-1, Math.min(1, (values[place] - data.middle) / data.reach))
    span.className = (from < 0 ? "ct-low" : "ct-high") + (name === "\n" ? " ct-break" : "")
    span.style.setProperty("--much", Math.abs(from).toFixed(3))
    span.place = place
    if (place && data.gap) parts.append(data.gap)
    parts.append(span)
    if (name === "\n") parts.append("\n")
  })
  text.replaceChildren(parts)
  return [...text.querySelectorAll("span")]
}

function show(root, place) {
  const { text, card, spans, data, values } = root.memory
  root.memory.marked?.classList.remove("ct-marked")
  const span = (root.memory.marked = spans[place])
  root.memory.place = span ? place : -1
  card.hidden = !span
  if (!span) return
  span.classList.add("ct-marked")
  const name = data.names[data.ids[place]]
  card.textContent = `${NAMES[name] ?? name} · ${signed(values[place])} · symbol ${place + 1} of ${spans.length}`
  const frame = root.getBoundingClientRect(), box = span.getClientRects()[0] ?? span.getBoundingClientRect()
  const below = box.bottom - frame.top + 6
  card.style.top = `${below + card.offsetHeight > text.offsetHeight + 30 ? box.top - frame.top - card.offsetHeight - 6 : below}px`
  card.style.left = `${Math.max(0, Math.min(box.left - frame.left, root.clientWidth - card.offsetWidth))}px`
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".coloured-text")
  const text = root.querySelector(".ct-symbols"), card = root.querySelector(".ct-card")
  const values = unpack(data.values)
  text.setAttribute("aria-label", `${data.label}. The arrow keys move from symbol to symbol and read its number.`)
  root.memory = { text, card, data, values, spans: draw(text, data, values), place: -1 }
  card.hidden = true

  text.onpointerover = (event) => event.target.place >= 0 && show(root, event.target.place)
  text.onclick = text.onpointerover // a tap
  text.onscroll = () => !root.memory.walks && show(root, -1)
  root.onpointerleave = (event) => event.pointerType === "mouse" && show(root, -1)
  text.onblur = () => show(root, -1)
  text.onkeydown = (event) => {
    const last = data.ids.length - 1, from = root.memory.place
    const to = { ArrowRight: Math.min(from + 1, last), ArrowLeft: Math.max(from - 1, 0), Home: 0, End: last, Escape: -1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const span = root.memory.spans[to]
    if (span) { // within its own box: the page itself does not jump
      const top = span.offsetTop - text.offsetTop
      root.memory.walks = true
      if (top < text.scrollTop || top + span.offsetHeight > text.scrollTop + text.clientHeight) text.scrollTop = top - 40
      requestAnimationFrame(() => requestAnimationFrame(() => (root.memory.walks = false)))
    }
    show(root, to)
  }
}
