const PER_SECOND = 24 // characters: as fast as one reads
const TICK = 50 // milliseconds
const ASK_BELOW = 150 // characters still to be shown when the next piece is asked for
const READ = 300 // characters that the server reads before it goes on
const KEPT = 6000 // characters of the text that stay on the paper
const REST_AFTER = 4 * 60_000 // without a hand on it: a forgotten page costs the server nothing
const TYPED_AFTER = 1200 // a pause in typing counts as Enter
const ASK_AGAIN_AFTER = 10_000 // an answer may get lost when the connection breaks

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches

function begin(root) {
  const [seedPart, textPart] = root.querySelectorAll("span")
  const paper = {
    root, seedPart, text: textPart.appendChild(document.createTextNode("")),
    page: root.querySelector(".lp-paper"), box: root.querySelector("input"), pause: root.querySelector(".lp-pause"),
    words: [...root.querySelectorAll(".lp-words button")], said: root.querySelector(".lp-said"),
    waiting: "", due: 0, asked: null, askedAt: 0, touched: Date.now(), isPaused: false,
    boldness: root.querySelector("[aria-pressed=true]").textContent,
  }
  const send = () => {
    clearTimeout(paper.typing)
    const typed = paper.box.value
    if (!typed.trim() || typed === paper.sent) return
    paper.sent = typed
    rest(paper, false)
    ask(paper, typed, true)
  }
  paper.box.oninput = () => {
    paper.touched = Date.now()
    clearTimeout(paper.typing)
    paper.typing = setTimeout(send, TYPED_AFTER)
  }
  paper.box.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return
    paper.sent = undefined // Enter begins anew even with the same words
    send()
  }
  paper.pause.onclick = () => rest(paper, !paper.isPaused)
  for (const word of paper.words) word.onclick = () => {
    paper.boldness = word.textContent
    for (const other of paper.words) other.setAttribute("aria-pressed", other === word)
    paper.waiting = "" // what was written in the old manner and not yet shown
    rest(paper, false)
    ask(paper)
  }
  paper.timer = setInterval(() => tick(paper), TICK)
  return paper
}

function rest(paper, isPaused, why = "") {
  paper.isPaused = isPaused
  paper.touched = Date.now()
  paper.pause.textContent = isPaused ? "Go on" : "Pause"
  paper.page.classList.toggle("lp-writing", !isPaused)
  paper.said.textContent = why
}

// Ask for a piece after `text`, or after what the paper shows.
function ask(paper, text, isSeed = false) {
  text ??= (paper.seedPart.textContent + paper.text.data + paper.waiting).slice(-READ)
  paper.asked = paper.askedAt = Date.now()
  paper.send("wants", { id: paper.asked, text, isSeed, boldness: paper.boldness })
}

function take(paper, answer) {
  paper.taken = answer.id
  paper.asked = null
  if (answer.said) paper.said.textContent = answer.said
  if (!answer.text) return
  if (answer.isSeed || paper.isNew) {
    paper.seedPart.textContent = answer.before
    paper.seedPart.className = answer.isSeed ? "lp-seed" : "" // back on the page, it goes on where it was
    paper.text.data = paper.waiting = ""
    paper.page.scrollTop = 0
    if (!answer.said) paper.said.textContent = ""
  }
  paper.isNew = false
  paper.waiting += answer.text
  if (isCalm()) {
    show(paper, paper.waiting.length)
    rest(paper, true, answer.said)
  }
}

function tick(paper) {
  if (!paper.root.isConnected) return clearInterval(paper.timer)
  if (paper.isPaused || document.hidden) return
  const isForgotten = Date.now() - paper.touched > REST_AFTER
  if (paper.waiting.length < (isCalm() ? 1 : ASK_BELOW) && !isForgotten) {
    if (paper.asked === null || Date.now() - paper.askedAt > ASK_AGAIN_AFTER) ask(paper)
  }
  if (isForgotten && !paper.waiting) return rest(paper, true, "It rests, for nobody has touched it for a while.")
  paper.due = Math.min(paper.due + (PER_SECOND * TICK) / 1000, 4)
  show(paper, Math.floor(paper.due))
  paper.due %= 1
}

function show(paper, count) {
  if (!count || !paper.waiting) return
  const { page } = paper
  const isAtEnd = page.scrollHeight - page.scrollTop - page.clientHeight < 40 // else somebody reads further up
  paper.text.appendData(paper.waiting.slice(0, count)) // a text node: whatever is written stays text
  paper.waiting = paper.waiting.slice(count)
  if (paper.text.length > KEPT && isAtEnd) {
    paper.seedPart.textContent = ""
    paper.text.deleteData(0, paper.text.length - KEPT / 2)
  }
  if (isAtEnd) page.scrollTop = page.scrollHeight
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".live-paper")
  let paper = root.paper
  if (!paper) {
    paper = root.paper = begin(root)
    paper.isNew = true
    paper.page.classList.add("lp-writing")
  }
  paper.send = setTriggerValue
  root.querySelector(".lp-card").textContent = data.card
  // An answer to what is asked no longer (another beginning was typed meanwhile) is left out.
  if (data.id !== paper.taken && (paper.isNew || data.id === paper.asked)) take(paper, data)
}
