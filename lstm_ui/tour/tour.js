// A short tour: one card at the lower edge of the screen speaks of one part after the other, which it opens and shows.
// All of it happens in the browser: nothing is asked of the server, and a run goes on undisturbed.
const MARK = "tour-part"

const find = (stop) => document.querySelector(`.st-key-${stop.key}`)

function open(part, stop) {
  const folded = stop.opens && part.querySelector("details:not([open]) > summary")
  if (folded) folded.click()
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".tour")
  const begin = root.querySelector(".tour-begin")
  const card = root.querySelector(".tour-card")
  let at = Number(root.dataset.at ?? -1) // it is kept where the page, drawn anew, finds it
  let waiting

  const unmark = () => document.querySelectorAll("." + MARK).forEach((part) => part.classList.remove(MARK))
  const leave = () => {
    unmark()
    clearTimeout(waiting)
    card.hidden = true
    at = -1
    root.dataset.at = at
    begin.focus()
  }
  const show = (number) => {
    at = Math.max(0, Math.min(data.stops.length - 1, number))
    root.dataset.at = at
    const stop = data.stops[at]
    card.hidden = false
    card.querySelector(".tour-place").textContent = `${at + 1} of ${data.stops.length}`
    card.querySelector(".tour-title").textContent = stop.title
    card.querySelector(".tour-words").textContent = stop.words
    card.querySelector(".tour-back").disabled = at === 0
    card.querySelector(".tour-next").textContent = at === data.stops.length - 1 ? "Done" : "Next"
    unmark()
    const part = find(stop)
    if (part) {
      open(part, stop)
      part.classList.add(MARK)
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
      const look = () => part.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" })
      look()
      clearTimeout(waiting)
      waiting = setTimeout(look, 400) // what was folded has its height only now
    }
    card.focus({ preventScroll: true })
  }
  const next = () => (at === data.stops.length - 1 ? leave() : show(at + 1))

  begin.onclick = () => show(0)
  card.querySelector(".tour-next").onclick = next
  card.querySelector(".tour-back").onclick = () => show(at - 1)
  card.querySelector(".tour-leave").onclick = leave
  card.onkeydown = (event) => {
    const does = { Escape: leave, ArrowRight: next, ArrowLeft: () => show(at - 1) }[event.key]
    if (!does) return
    event.preventDefault()
    event.stopPropagation()
    does()
  }
  if (at >= 0) find(data.stops[at])?.classList.add(MARK)
  return unmark
}
