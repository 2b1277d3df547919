const FIELDS = ["input", "forget", "candidate", "output", "before", "cell", "hidden"]
const NAMES = { " ": "␣", "\n": "⏎", "\t": "⇥" }, SPOKEN = { " ": "a space", "\n": "a line break", "\t": "a tab" }
const number = (value) => (Math.abs(value) < 0.005 ? "0.00" : value.toFixed(2).replace("-", "−"))
const pick = (value, words) => words.find(([upTo]) => value <= upTo)[1]
const KEPT = [[0.2, "lets nearly all of the old go"], [0.6, "keeps some of the old"], [0.9, "keeps most of the old"], [1.1, "keeps the old"]]
const LET_IN = [[0.1, "hardly anything of the new comes in"], [0.5, "a part of the new comes in"], [1.1, "most of the new comes in"]]
const HEARD = [[0.1, "hardly lets it be heard"], [0.5, "lets a part of it be heard"], [1.1, "lets most of it be heard"]]

function say(data, step, place) {
  const name = data.names[data.ids[place]], which = SPOKEN[name] ?? `“${name}”`
  const n = (field) => number(step[field])
  const expects = data.said[place] ? ` ${data.said[place]}` : ""
  if (data.isMean)
    return `At ${which}, on average over ${data.units} units: forget gate ${n("forget")}, input gate ${n("input")}, output gate ` +
      `${n("output")}. The size of the candidate is ${n("candidate")}, of the cell state ${n("cell")} (before: ${n("before")}), ` +
      `of the hidden state ${n("hidden")}.${expects}`
  return `At ${which} it ${pick(step.forget, KEPT)} (${n("forget")} × ${n("before")}) and ${pick(step.input, LET_IN)} ` +
    `(${n("input")} × ${n("candidate")}): the cell now holds ${n("cell")}. The output gate ${pick(step.output, HEARD)}: ` +
    `${n("output")} × tanh ${n("cell")} = ${n("hidden")}.${expects}`
}

function unpack(data) {
  const numbers = new Float32Array(Uint8Array.from(atob(data.values), (c) => c.charCodeAt(0)).buffer)
  return data.ids.map((_, place) => Object.fromEntries(FIELDS.map((field, i) => [field, numbers[FIELDS.length * place + i]])))
}

function write(text, data) {
  const parts = document.createDocumentFragment()
  data.ids.forEach((id, place) => {
    const span = document.createElement("span"), name = data.names[id]
    span.textContent = name === "\n" ? "⏎" : name // never as HTML: people type anything
    span.place = place
    if (place && data.gap) parts.append(data.gap)
    parts.append(span)
    if (name === "\n") parts.append("\n")
  })
  text.replaceChildren(parts)
}

function fill(root, step, name) {
  for (const gauge of root.querySelectorAll("[data-gauge]")) {
    const value = step[gauge.dataset.gauge], [high, low] = gauge.querySelectorAll(".cd-fill")
    high.style.setProperty("--share", Math.max(0, Math.min(1, value)))
    low?.style.setProperty("--share", Math.max(0, Math.min(1, -value)))
    gauge.querySelector("text").textContent = number(value)
  }
  for (const box of root.querySelectorAll("[data-box]")) {
    const [rect, text] = box.children, value = step[box.dataset.box]
    rect.setAttribute("class", value < 0 ? "cd-low" : "cd-high")
    rect.style.setProperty("--much", Math.min(1, Math.abs(box.dataset.box === "hidden" ? value : value / 2)))
    text.textContent = number(value)
  }
  const shown = NAMES[name] ?? name
  root.querySelector(".cd-symbol text").textContent = shown.length > 9 ? `${shown.slice(0, 8)}…` : shown
}

function go(root, place) {
  const { data, steps, text, spans } = root.memory, last = steps.length - 1
  root.memory.place = place = Math.max(0, Math.min(place, last))
  spans.forEach((span, index) => (span.className = index === place ? "cd-now" : index > place ? "cd-ahead" : ""))
  const span = spans[place], top = span.offsetTop
  if (top < text.scrollTop + 4 || top + span.offsetHeight > text.scrollTop + text.clientHeight - 4) text.scrollTop = top - 30
  fill(root, steps[place], data.names[data.ids[place]])
  root.querySelector(".cd-said").textContent = say(data, steps[place], place)
  root.querySelector(".cd-where").textContent = `${data.first + place} of ${data.total}`
  root.querySelector(".cd-back").disabled = place === 0
  root.querySelector(".cd-step").disabled = place === last
}

function play(root, on) {
  clearInterval(root.timer)
  root.timer = null
  const button = root.querySelector(".cd-play"), pace = Number(root.querySelector(".cd-speed").value)
  button.textContent = on ? "❚❚ Pause" : "▶ Play"
  // A listener could not follow a fast one: then only the step at which it halts is read out.
  root.querySelector(".cd-said").setAttribute("aria-live", on && pace < 1500 ? "off" : "polite")
  if (!on) return
  root.timer = setInterval(() => {
    if (!root.isConnected) return clearInterval(root.timer)
    if (document.hidden) return
    if (root.memory.place >= root.memory.steps.length - 1) return play(root, false)
    go(root, root.memory.place + 1)
  }, pace)
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".cell-drawing"), text = root.querySelector(".cd-text")
  const before = root.memory, isSameText = before?.data.text === data.text
  text.setAttribute("aria-label", "The text. The arrow keys go from symbol to symbol; the sentence below the drawing tells each step.")
  if (!isSameText) write(text, data)
  root.memory = { data, text, steps: unpack(data), spans: [...text.querySelectorAll("span")], place: 0 }
  if (!isSameText) play(root, false)
  go(root, isSameText ? before.place : 0)

  const walk = (place) => {
    play(root, false)
    go(root, place)
  }
  root.querySelector(".cd-back").onclick = () => walk(root.memory.place - 1)
  root.querySelector(".cd-step").onclick = () => walk(root.memory.place + 1)
  root.querySelector(".cd-play").onclick = () => {
    if (root.timer) return play(root, false)
    if (root.memory.place >= root.memory.steps.length - 1) go(root, 0)
    play(root, true)
  }
  root.querySelector(".cd-speed").onchange = () => root.timer && play(root, true)
  text.onclick = (event) => event.target.place >= 0 && walk(event.target.place)
  text.onkeydown = (event) => {
    const to = { ArrowRight: root.memory.place + 1, ArrowLeft: root.memory.place - 1, Home: 0, End: Infinity }[event.key]
    if (to === undefined) return
    event.preventDefault()
    walk(Math.min(to, root.memory.steps.length - 1))
  }
}
