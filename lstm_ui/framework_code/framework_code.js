const make = (tag, className, text) => {
  const element = document.createElement(tag)
  if (className) element.className = className
  if (text !== undefined) element.textContent = text // never as HTML
  return element
}

function makeLine(line) {
  const row = make("span", "fc-line")
  row.style.setProperty("--indent", line.indent)
  for (const [kind, text] of line.pieces) row.append(kind ? make("span", `fc-${kind}`, text) : text)
  row.append("\n") // for whoever copies
  row.parts = line.parts
  return row
}

function makeProgram(program) {
  const section = make("section"), heading = make("h2", "", program.name), code = make("pre")
  heading.append(make("small", "", `${program.file}, ${program.lines.length} lines`))
  section.setAttribute("aria-label", program.name)
  code.tabIndex = 0 // so that the keyboard can scroll it
  code.setAttribute("role", "region")
  code.setAttribute("aria-label", `The ${program.name} program`)
  const rows = program.lines.map(makeLine)
  code.append(...rows)
  const note = make("p", "fc-note")
  section.append(heading, note, code)
  return { section, note, code, rows, program }
}

function build(root, data) {
  const parts = make("div", "fc-parts"), idea = make("p", "fc-idea"), columns = make("div", "fc-programs")
  parts.setAttribute("role", "radiogroup")
  parts.setAttribute("aria-label", "Parts of the programs")
  idea.setAttribute("aria-live", "polite")
  const buttons = data.parts.map((part) => {
    const button = make("button", "", part.name)
    button.type = "button"
    button.setAttribute("role", "radio")
    return button
  })
  parts.append(...buttons)
  const programs = data.programs.map(makeProgram)
  columns.append(...programs.map((program) => program.section))
  root.replaceChildren(parts, idea, columns)
  let chosen = -1

  const point = (part) => {
    buttons.forEach((button, place) => button.classList.toggle("fc-near", place === part))
    for (const { rows } of programs) for (const row of rows) row.classList.toggle("fc-near", row.parts.includes(part))
  }

  // Scrolled by hand: scrollIntoView would move the whole page along.
  const scroll = ({ code, rows }, part) => {
    const first = rows.find((row) => row.parts.includes(part))
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches
    if (first) code.scrollTo({ top: Math.max(0, first.offsetTop - 40), behavior: isCalm ? "auto" : "smooth" })
  }

  const choose = (part, from) => {
    chosen = part
    buttons.forEach((button, place) => {
      button.setAttribute("aria-checked", place === part)
      button.tabIndex = place === part ? 0 : -1 // one stop for Tab, the arrow keys go from part to part
    })
    idea.textContent = data.parts[part].idea
    for (const shown of programs) {
      shown.note.replaceChildren(shown.program.notes[part], " (", shown.program.where[part], ")")
      for (const row of shown.rows) row.classList.toggle("fc-chosen", row.parts.includes(part))
      if (shown !== from) scroll(shown, part)
    }
  }

  buttons.forEach((button, place) => {
    button.onclick = () => choose(place)
    button.onmouseenter = () => point(place)
  })
  parts.onmouseleave = () => point(-1)
  parts.onkeydown = (event) => {
    const last = buttons.length - 1
    const next = { ArrowRight: chosen + 1, ArrowDown: chosen + 1, ArrowLeft: chosen - 1, ArrowUp: chosen - 1, Home: 0, End: last }
    if (next[event.key] === undefined) return
    event.preventDefault()
    choose((next[event.key] + buttons.length) % buttons.length)
    buttons[chosen].focus()
  }
  for (const shown of programs) {
    const rowOf = (event) => event.target.closest(".fc-line")
    shown.code.onmouseover = (event) => point(rowOf(event)?.parts[0] ?? -1)
    shown.code.onmouseleave = () => point(-1)
    shown.code.onclick = (event) => {
      const of = rowOf(event)?.parts ?? []
      // A line of several parts gives one after the other.
      if (of.length && !String(getSelection())) choose(of[(of.indexOf(chosen) + 1) % of.length], shown)
    }
  }
  choose(data.first)
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".framework-code")
  if (!root.firstChild) build(root, data) // once: what a visitor has chosen stays when the page is drawn anew
}
