const NAMES = { " ": "␣ space", "\n": "⏎ line break", "\t": "⇥ tab" }

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".guess-pad")
  const hint = data.typesSymbols ? "or type a character; Enter presses the button with the focus" : "or press its number"
  root.setAttribute("aria-label", `Guess the next symbol: press one, ${hint}`)
  const guess = (symbol) => setTriggerValue("guess", { symbol, place: data.place })
  const rows = data.offered.map((symbol, index) => [symbol, NAMES[symbol] ?? symbol, data.typesSymbols ? "" : `${index + 1}`])
  if (data.hasMore) rows.push(["", "something else", data.typesSymbols ? "" : "0"])
  // Buttons stay and only change their words, so the keyboard's place is kept from guess to guess.
  while (root.children.length > rows.length) root.lastChild.remove()
  while (root.children.length < rows.length) {
    const button = document.createElement("button")
    button.type = "button"
    button.append(document.createElement("b"), document.createElement("small"))
    root.append(button)
  }
  rows.forEach(([symbol, name, number], index) => {
    const button = root.children[index]
    button.firstChild.textContent = name
    button.lastChild.textContent = number
    button.lastChild.hidden = !number
    button.onclick = () => guess(symbol)
  })
  root.onkeyup = (event) => data.typesSymbols && event.key === " " && event.preventDefault() // it types a space
  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (data.typesSymbols) {
      if (event.key.length !== 1) return // Enter presses the button that has the focus, as everywhere
      event.preventDefault()
      guess(event.key)
    } else if (/^[0-9]$/.test(event.key)) {
      const row = rows.find(([, , number]) => number === event.key)
      if (row) guess(row[0])
    }
  }
}
