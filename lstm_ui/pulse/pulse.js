// A heartbeat that stops where nobody looks: runs a fragment of the page again after a while, unless the page is hidden.

const SIGN_OF_LIFE = 60_000; // ms: so seldom a hidden page tells that it is still there
const ASK_AGAIN = 10_000; // ms: an answer may get lost when the connection breaks
// Of what two fragments send within a moment, Streamlit 1.67 runs only the first again ("Multiple different fragmentIds"
// in its console): a tick must not cost a visitor's click, nor another tick.
const APART = 60, AFTER_INPUT = 150; // ms
const hearts = new Map(); // element -> { ask, askAfter, askedAt, isAnswered, timer }
let lastAsked = 0, lastInput = 0, isHeld = false;

// An answer has come. In `askAfter` ms, counted from the last question, call `ask`; never with 0.
export function beat(element, askAfter, ask) {
  for (const known of hearts.keys()) if (!known.isConnected) hearts.delete(known);
  const heart = hearts.get(element) ?? { askedAt: performance.now() };
  hearts.set(element, heart);
  Object.assign(heart, { askAfter, ask, isAnswered: true });
  clearTimeout(heart.timer);
  if (askAfter) later(element, heart, heart.askedAt + askAfter - performance.now());
}

// Ask at once, or as soon as it disturbs nobody; with `otherwise`, that instead.
export function askNow(element, otherwise) {
  const heart = hearts.get(element), now = performance.now();
  clearTimeout(heart?.timer);
  if (!heart || !element.isConnected) return;
  const busyFor = isHeld ? AFTER_INPUT : Math.max(lastAsked + APART, lastInput + AFTER_INPUT) - now;
  if (busyFor > 0) {
    heart.timer = setTimeout(() => askNow(element, otherwise), busyFor);
    return;
  }
  lastAsked = heart.askedAt = now;
  heart.isAnswered = false;
  later(element, heart, ASK_AGAIN);
  (otherwise ?? heart.ask)();
}

function later(element, heart, delay) {
  heart.timer = setTimeout(() => {
    const since = performance.now() - heart.askedAt;
    if (document.hidden && since < SIGN_OF_LIFE) later(element, heart, SIGN_OF_LIFE - since);
    else askNow(element);
  }, delay);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const [element, heart] of hearts) if (heart.isAnswered && heart.askAfter) askNow(element);
});

for (const input of ["pointerdown", "pointerup", "pointercancel", "keydown", "keyup"]) addEventListener(input, () => {
  lastInput = performance.now();
  isHeld = input === "pointerdown" || (isHeld && input.startsWith("key"));
}, true);
