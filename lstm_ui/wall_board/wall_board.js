// Draws the wall in place: a card for each student, or a table of the same words. Fetched once; see __init__.py.

const LEVELS = 200, GAP = 255, POINTS = 48 // as in lstm_core/service/glance.py
const COLUMNS = { rank: "Rank", name: "Name", score: "Result", state: "State", settings: "Network", wrote: "It wrote last", note: "Note" }
const SVG = "http://www.w3.org/2000/svg"
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches

function make(tag, className, parent, words = "") {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.textContent = words // whatever people and networks write stays text
  parent.append(element)
  return element
}

function begin(root) {
  const board = { root, version: -1, lines: new Map(), order: [], isTable: false }
  const head = make("div", "wb-head", root)
  board.told = make("span", "wb-told", head)
  board.toggle = make("button", "wb-toggle", head, "Show as a table")
  board.toggle.type = "button"
  board.toggle.onclick = () => {
    board.isTable = !board.isTable
    board.toggle.textContent = board.isTable ? "Show as cards" : "Show as a table"
    arrange(board)
  }
  board.cards = make("ol", "wb-cards", root)
  board.scroll = make("div", "wb-scroll", root)
  board.scroll.tabIndex = 0 // what can get the focus can be scrolled with the arrow keys
  const table = make("table", "", board.scroll)
  make("caption", "", table, "The wall as a table")
  const row = make("tr", "", make("thead", "", table))
  for (const title of Object.values(COLUMNS)) make("th", "", row, title).scope = "col"
  board.body = make("tbody", "", table)
  board.empty = make("p", "wb-empty", root, "Nobody has joined yet. Whoever joins stands here at once, and their curve as soon as they train.")
  new ResizeObserver(() => fit(board)).observe(root)
  return board
}

function addLine(board, id) {
  const card = make("li", "wb-card", board.cards), row = make("tr", "", board.body)
  const line = { id, card, row, parts: {}, cells: {}, said: {} }
  const head = make("div", "wb-top", card)
  for (const part of ["rank", "name"]) line.parts[part] = make("b", "wb-" + part, head)
  line.remove = make("button", "wb-remove", head, "×")
  line.remove.type = "button"
  line.remove.onclick = () => board.send("remove", id)
  const drawing = card.appendChild(document.createElementNS(SVG, "svg"))
  drawing.setAttribute("viewBox", `0 0 ${POINTS - 1} ${LEVELS * 1.1}`)
  drawing.setAttribute("preserveAspectRatio", "none")
  drawing.setAttribute("aria-hidden", "true")
  const nothing = drawing.appendChild(document.createElementNS(SVG, "path"))
  nothing.setAttribute("class", "wb-nothing")
  nothing.setAttribute("d", `M0 ${LEVELS * 0.1}H${POINTS}`) // what a network scores that knows nothing
  line.curve = drawing.appendChild(document.createElementNS(SVG, "path"))
  line.curve.setAttribute("class", "wb-curve")
  for (const part of ["score", "state", "wrote", "note", "settings"]) line.parts[part] = make("p", "wb-" + part, card)
  for (const part of Object.keys(COLUMNS)) line.cells[part] = make("td", "", row)
  board.lines.set(id, line)
  return line
}

function path(packed) {
  let drawn = "", isDown = false
  const heights = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0))
  heights.forEach((height, place) => {
    if (height !== GAP) drawn += `${isDown ? "L" : "M"}${place} ${Math.max(0, LEVELS * 1.1 - height)}`
    isDown = height !== GAP
  })
  return heights.length === 1 ? drawn + "h0.5" : drawn
}

function change(board, id, changed) {
  const line = board.lines.get(id) ?? addLine(board, id)
  Object.assign(line.said, changed)
  for (const [part, words] of Object.entries(changed)) {
    if (line.parts[part]) line.parts[part].textContent = words
    if (line.cells[part]) line.cells[part].textContent = words
  }
  if ("curve" in changed) line.curve.setAttribute("d", path(changed.curve))
  if ("name" in changed) line.remove.setAttribute("aria-label", "Remove " + changed.name)
  if ("out" in changed) for (const element of [line.card, line.row]) element.classList.toggle("wb-out", changed.out)
}

// Put cards and rows into their order. Those that move glide there, and the keyboard's place is kept.
function sort(board, order) {
  for (const [id, line] of board.lines) if (!order.includes(id)) {
    line.card.remove()
    line.row.remove()
    board.lines.delete(id)
  }
  if (order.join() === board.order.join()) return
  board.order = order
  const lines = order.map((id) => board.lines.get(id))
  const before = lines.map(({ card }) => card.getBoundingClientRect())
  const focused = document.activeElement
  board.cards.append(...lines.map(({ card }) => card))
  board.body.append(...lines.map(({ row }) => row))
  if (board.root.contains(focused)) focused.focus({ preventScroll: true })
  fit(board)
  if (!isCalm()) lines.forEach(({ card }, place) => {
    const now = card.getBoundingClientRect(), was = before[place]
    if (!was.width || !now.width || (was.left === now.left && was.top === now.top)) return
    const from = `translate(${was.left - now.left}px, ${was.top - now.top}px)`
    card.animate([{ transform: from }, { transform: "none" }], { duration: 500, easing: "ease-out" })
  })
}

function arrange(board) {
  const isEmpty = board.lines.size === 0
  board.empty.hidden = !isEmpty
  board.toggle.hidden = isEmpty
  board.cards.hidden = isEmpty || board.isTable
  board.scroll.hidden = isEmpty || !board.isTable
  const training = [...board.lines.values()].filter(({ said }) => /^(training|compiling|waiting)/.test(said.state)).length
  board.told.textContent = isEmpty ? "" : `${board.lines.size} in the room, ${training} training`
}

// On a projector all cards are seen at once: as many columns as make them as large as they can be.
function fit(board) {
  const count = board.lines.size
  board.root.classList.toggle("wb-projected", board.isProjected)
  if (!board.isProjected || !count) return board.cards.style.removeProperty("--columns")
  const width = board.cards.clientWidth
  const height = innerHeight - board.cards.getBoundingClientRect().top - 40
  let columns = 1
  while (columns < 10 && Math.ceil(count / columns) * (width / columns) * 0.86 + 8 > Math.max(height, 200)) columns += 1
  board.cards.style.setProperty("--columns", columns)
}

export function draw({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".wall-board")
  const board = (root.board ??= begin(root))
  board.send = setTriggerValue
  board.isProjected = data.isProjected
  root.classList.toggle("wb-teacher", data.isTeacher)
  if (data.version !== board.version || data.base === 0) {
    // A message got lost, or the page was drawn anew: ask for everything.
    if (data.base !== 0 && data.base !== board.version) return setTriggerValue("missing", data.version)
    board.version = data.version
    for (const [id, changed] of Object.entries(data.changed)) change(board, id, changed)
    sort(board, data.order)
  }
  for (const [id, { card }] of board.lines) card.classList.toggle("wb-own", id === data.own)
  arrange(board)
  fit(board)
}
