const SVG = "http://www.w3.org/2000/svg", WIDTH = 100, MIDDLE = 20, HALF = 17, SEAM = 1
const height = (score) => MIDDLE - 2 * HALF * (score - 0.5)
const percent = (score) => `${Math.round(100 * score)} % positive`

// From one height to another; where it crosses the middle it falls into two pieces.
function pieces(from, to) {
  const isCrossing = (from - MIDDLE) * (to - MIDDLE) < 0
  const at = isCrossing ? (WIDTH * (MIDDLE - from)) / (to - from) : WIDTH
  const first = [0, from, at, isCrossing ? MIDDLE : to]
  return isCrossing ? [first, [at, MIDDLE, WIDTH, to]] : [first]
}

function addPath(svg, shape, className) {
  const path = document.createElementNS(SVG, "path")
  path.setAttribute("d", shape)
  path.setAttribute("class", className)
  svg.append(path)
}

function draw(svg, before, after) {
  svg.replaceChildren()
  const drawn = pieces(height(before), height(after)).map((piece) => [...piece, piece[1] + piece[3] <= 2 * MIDDLE ? "wl-up" : "wl-down"])
  for (const [x0, y0, x1, y1, side] of drawn) // a little too wide, so that no seam shows between two words
    addPath(svg, `M${x0} ${MIDDLE}V${y0}L${x1} ${y1}h${SEAM}V${MIDDLE}Z`, `${side} wl-area`)
  addPath(svg, `M0 ${MIDDLE}H${WIDTH}`, "wl-middle")
  for (const [x0, y0, x1, y1, side] of drawn) addPath(svg, `M${x0} ${y0}L${x1} ${y1}`, `${side} wl-line`)
}

function makeCell(canPick) {
  const cell = document.createElement("span"), svg = document.createElementNS(SVG, "svg")
  cell.className = "wl-cell"
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${2 * MIDDLE}`)
  svg.setAttribute("preserveAspectRatio", "none")
  svg.setAttribute("aria-hidden", "true")
  const word = document.createElement(canPick ? "button" : "span")
  if (canPick) word.type = "button"
  cell.append(word, svg)
  return cell
}

function update(cell, data, place, isUnknown) {
  const [word, svg] = cell.children
  const [before, after] = data.scores.slice(place, place + 2)
  const state = JSON.stringify([data.words[place], before, after, isUnknown, data.picked === place, data.marked.includes(place)])
  if (cell.state === state) return
  cell.state = state
  word.textContent = data.words[place] // never as HTML: people type anything
  word.dir = "auto"
  word.className = `wl-word${isUnknown ? " wl-unknown" : ""}${data.marked.includes(place) ? " wl-marked" : ""}`
  const unknown = isUnknown ? "; the network does not know this word" : ""
  word.title = `So far: ${percent(after)}${unknown}`
  if (data.canPick) {
    word.setAttribute("aria-pressed", data.picked === place)
    word.setAttribute("aria-label", `${data.words[place]}, so far ${percent(after)}${unknown}`)
  }
  draw(svg, before, after)
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".word-line"), cells = root.children
  root.setAttribute("aria-label", data.label)
  root.classList.toggle("wl-old", data.isOld)
  const unknown = new Set(data.unknown)
  while (cells.length > data.words.length) root.lastChild.remove()
  while (cells.length < data.words.length) root.append(makeCell(data.canPick))
  data.words.forEach((_, place) => update(cells[place], data, place, unknown.has(place)))
  if (!data.canPick) return

  // One stop for Tab, the arrow keys go from word to word: a review has hundreds.
  const last = cells.length - 1
  const button = (place) => cells[place]?.firstChild
  const stopAt = (place) => {
    for (const cell of cells) cell.firstChild.tabIndex = -1
    if (button(place)) button(place).tabIndex = 0
    root.place = place
  }
  stopAt(data.picked ?? Math.max(0, Math.min(root.place ?? 0, last)))
  const placeOf = (target) => [...cells].indexOf(target.closest(".wl-cell"))
  root.onclick = (event) => {
    const place = placeOf(event.target)
    if (place < 0 || data.isOld || !event.target.closest("button")) return
    stopAt(place)
    setTriggerValue("pressed", { place, word: data.words[place] })
  }
  root.onkeydown = (event) => {
    const from = placeOf(event.target)
    const to = { ArrowRight: from + 1, ArrowDown: from + 1, ArrowLeft: from - 1, ArrowUp: from - 1, Home: 0, End: last }
    const place = to[event.key]
    if (from < 0 || place === undefined) return
    event.preventDefault()
    stopAt(Math.max(0, Math.min(place, last)))
    button(root.place).focus()
  }
}
