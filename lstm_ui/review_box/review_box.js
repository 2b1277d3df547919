const PAUSE = 200 // milliseconds without a key: then it is sent
const LONGEST = 600 // and at the latest after this long, for those who type without a pause
const REST = 600 // a pause after which the slower things are asked for
const count = (number) => number.toLocaleString("en")

function begin(root) {
  const box = root.querySelector("textarea"), said = root.querySelector(".rb-said")
  const review = { box, version: -1, sent: "", unsentSince: 0 }
  const most = box.maxLength

  review.send = (isResting) => {
    clearTimeout(review.typing)
    clearTimeout(review.resting)
    review.unsentSince = 0
    if (box.value === review.sent && !isResting) return
    review.sent = box.value
    review.trigger("typed", { text: box.value, version: review.version, isResting })
  }
  review.showCount = () => {
    root.querySelector(".rb-count").textContent = `${count(box.value.length)} of ${count(most)} characters`
  }
  box.oninput = () => {
    if (box.value.length > most) box.value = box.value.slice(0, most) // a script's, which maxlength does not concern
    if (box.value.length < most) said.textContent = ""
    review.showCount()
    review.unsentSince ||= Date.now()
    clearTimeout(review.typing)
    clearTimeout(review.resting)
    review.typing = setTimeout(review.send, Math.min(PAUSE, review.unsentSince + LONGEST - Date.now()), false)
  }
  box.onpaste = (event) => {
    const kept = box.value.length - (box.selectionEnd - box.selectionStart)
    if (kept + event.clipboardData.getData("text").length > most)
      said.textContent = `Only the first ${count(most)} characters are kept.`
  }
  box.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) review.send(true)
  }
  box.onblur = () => box.value !== review.sent && review.send(true)
  return review
}

export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".review-box")
  const review = (root.review ??= begin(root))
  review.trigger = setTriggerValue
  if (data.version !== review.version) {
    clearTimeout(review.typing)
    review.unsentSince = 0
    review.version = data.version
    review.box.value = review.sent = data.text
    root.querySelector(".rb-said").textContent = ""
    review.showCount()
  }
  clearTimeout(review.resting)
  if (data.tellRest && !review.unsentSince) review.resting = setTimeout(review.send, REST, true)
}
