const SHOWN = 10, ROW = 1 + 2 * SHOWN, NONE = 65535
const NAMES = { " ": "␣ space", "\n": "⏎ line break", "\t": "⇥ tab" }
const SILENCE = 6000 // milliseconds: a text that is being written and does not grow for so long has lost its timer
const percent = (share) => (share < 0.0005 ? "< 0.1" : (100 * share).toFixed(1)) + " %"

function make(tag, className, text) {
  const element = document.createElement(tag)
  element.className = className
  if (text !== undefined) element.textContent = text // never as HTML: networks write anything
  return element
}

function unpack(data, index, numbers) {
  const row = numbers.subarray(index * ROW, (index + 1) * ROW)
  const likeliest = []
  for (let i = 1; i < ROW; i += 2)
    if (row[i] !== NONE) likeliest.push({ name: data.names[row[i]], share: row[i + 1] / 65535 })
  return { name: data.names[data.ids[index]], share: row[0] / 65535, likeliest }
}

function cut(memory, length) {
  for (const { span, gap } of memory.symbols.splice(length)) {
    span.remove()
    gap.remove()
  }
}

function take(text, memory, data) {
  const bytes = Uint8Array.from(atob(data.beliefs), (c) => c.charCodeAt(0))
  const numbers = new Uint16Array(bytes.buffer)
  let arrived = 0
  data.ids.forEach((id, index) => {
    const place = data.start + index
    const known = memory.symbols[place]
    if (known && known.belief.name === data.names[id]) return
    cut(memory, place)
    const belief = unpack(data, index, numbers)
    const span = make("span", "wt-symbol", belief.name)
    belief.byVisitor = data.byVisitor.includes(place)
    if (belief.byVisitor) span.classList.add("wt-yours")
    else if (belief.likeliest[0].name !== belief.name) span.classList.add("wt-less-likely")
    span.place = place
    if (data.writing) {
      span.classList.add("wt-new")
      span.delayRank = arrived++
    }
    const gap = data.gap ? make("span", "wt-gap", data.gap) : document.createTextNode("")
    text.append(gap, span)
    memory.symbols.push({ span, gap, belief })
  })
  cut(memory, data.start + data.ids.length)
  // One after the other within a tick, so that a page that looks four times a second still seems to write steadily.
  for (const { span } of memory.symbols.slice(-arrived || Infinity))
    span.style.animationDelay = `${(240 * span.delayRank) / arrived}ms`
}

// Mark the stretches that stand in the training text too; while the network writes, those found before stay.
function mark(memory, copied) {
  memory.copied = copied
  for (const { span, gap } of memory.symbols) for (const node of [span, gap]) node.classList?.remove("wt-copied")
  for (const [start, end] of copied)
    for (let place = start; place < Math.min(end, memory.symbols.length); place++) {
      memory.symbols[place].span.classList.add("wt-copied")
      if (place > start) memory.symbols[place].gap.classList?.add("wt-copied")
    }
}

function copiedAt(memory, place) {
  const found = (memory.copied ?? []).filter(([start, end]) => start <= place && place < end)
  return found.sort((one, other) => other[1] - other[0] - (one[1] - one[0]))[0]
}

function showPassage(card, gap, [start, end, share, before, words, after], opened) {
  const head = `Copied: ${end - start} symbols in a row stand in the training text`
  card.append(make("div", "wt-copied-head", opened ? `${head}, ${(100 * share).toFixed(0)} % into it:` : `${head}. Click to see where.`))
  if (!opened) return
  const passage = make("div", "wt-passage")
  if (words) passage.append("…" + before + gap, make("mark", "", words), gap + after + "…")
  else passage.textContent = "One of many; the longest ones are told below."
  card.append(passage)
}

function showCard(root, card, memory, place, opened) {
  memory.marked?.classList.remove("wt-marked")
  const symbol = memory.symbols[place]
  card.hidden = !symbol
  memory.place = symbol ? place : -1
  if (!symbol) return
  const { span, belief } = symbol
  memory.marked = span
  span.classList.add("wt-marked")
  const label = (name) => NAMES[name] ?? name
  const rows = belief.likeliest.slice()
  if (!rows.some((row) => row.name === belief.name)) rows.push(belief)
  const who = belief.byVisitor ? "You chose" : "Chosen"
  card.replaceChildren(make("div", "wt-chosen", `${who}: ${label(belief.name)} (${percent(belief.share)})`))
  const copied = copiedAt(memory, place)
  for (const row of copied && opened ? [] : rows) { // the passage takes their place: it is long
    const line = make("div", row.name === belief.name ? "wt-row wt-taken" : "wt-row")
    const bar = make("span", "wt-bar")
    bar.style.setProperty("--share", row.share)
    line.append(make("span", "wt-name", (row.name === belief.name ? "▸ " : "") + label(row.name)), bar,
      make("span", "wt-percent", percent(row.share)))
    card.append(line)
  }
  if (copied) showPassage(card, memory.gap, copied, opened)
  const box = span.getClientRects()[0] ?? span.getBoundingClientRect(), frame = root.getBoundingClientRect()
  const below = box.bottom + card.offsetHeight + 8 < innerHeight || box.top < card.offsetHeight + 8
  card.style.top = `${(below ? box.bottom + 6 : box.top - card.offsetHeight - 6) - frame.top}px`
  card.style.left = `${Math.max(0, Math.min(box.left - frame.left, root.clientWidth - card.offsetWidth))}px`
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".written-text")
  const text = root.querySelector(".wt-symbols"), card = root.querySelector(".wt-card")
  let memory = root.memory
  if (memory?.draft !== data.draft) {
    memory = root.memory = { draft: data.draft, gap: data.gap, symbols: [], place: -1 }
    text.replaceChildren(make("span", "wt-seed", data.seed))
    card.hidden = true
  }
  const askAgain = () => root.isConnected && setTriggerValue("resend", Date.now())
  clearTimeout(root.silence)
  if (data.start > memory.symbols.length) return askAgain()
  if (data.writing) root.silence = setTimeout(askAgain, SILENCE)
  const atEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 40
  take(text, memory, data)
  if (data.copied) mark(memory, data.copied)
  if (atEnd && data.writing) text.scrollTop = text.scrollHeight
  text.classList.toggle("wt-writing", data.writing)
  if (memory.place >= memory.symbols.length) showCard(root, card, memory, -1)

  const show = (place, opened) => showCard(root, card, memory, place, opened)
  text.onpointerover = (event) => event.target.place >= 0 && show(event.target.place)
  text.onclick = (event) => event.target.place >= 0 && show(event.target.place, true) // or a tap
  text.onscroll = () => show(-1)
  root.onpointerleave = (event) => event.pointerType === "mouse" && show(-1)
  text.onblur = () => show(-1)
  text.onkeydown = (event) => {
    const last = memory.symbols.length - 1, from = memory.place
    if (event.key === "Enter" && from >= 0) return show(from, true)
    const to = { ArrowRight: Math.min(from + 1, last), ArrowLeft: from < 0 ? last : Math.max(from - 1, 0), Home: 0,
      End: last, Escape: -1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    memory.symbols[to]?.span.scrollIntoView({ block: "nearest" })
    show(to)
  }
}
