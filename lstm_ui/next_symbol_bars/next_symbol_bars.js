const NAMES = { " ": "␣ space", "\n": "⏎ line break", "\t": "⇥ tab" }
const percent = (share) => (share < 0.0005 ? "< 0.1" : (100 * share).toFixed(1)) + " %"

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".next-symbols")
  while (root.children.length > data.rows.length) root.lastChild.remove()
  while (root.children.length < data.rows.length) {
    const button = document.createElement("button")
    button.type = "button"
    for (const part of ["ns-name", "ns-bars", "ns-percent"]) {
      const span = document.createElement("span")
      span.className = part
      button.append(span)
    }
    root.append(button)
  }
  // Buttons stay and only change their words, so the keyboard's place is kept from symbol to symbol.
  data.rows.forEach(([symbol, believed, drawn], index) => {
    const button = root.children[index]
    const [name, bars, number] = button.children
    name.textContent = NAMES[symbol] ?? symbol
    number.textContent = percent(believed)
    bars.style.setProperty("--believed", believed)
    bars.style.setProperty("--drawn", drawn)
    button.title = `The network believes in it with ${percent(believed)}; as set, it is drawn with ${percent(drawn)}.`
    button.onclick = () => setTriggerValue("chosen", { symbol, place: data.place })
  })
}
