// Has the page drawn anew when the system changes from light to dark: Streamlit recolours what is its own at once, what
// Python has coloured (figures, lanes) only when its script runs again.
const dark = window.matchMedia("(prefers-color-scheme: dark)")
const TRIES = 3 // a page whose colours are not the system's, whatever is asked for, is left alone
const seen = new WeakMap()

export default function ({ data, parentElement, setTriggerValue }) {
  const own = seen.get(parentElement) ?? { tries: 0 }
  Object.assign(own, { drawn: data.dark, ask: () => setTriggerValue("changed", true) })
  if (!seen.has(parentElement)) {
    seen.set(parentElement, own)
    own.changed = () => {
      own.tries = TRIES
      look(own)
    }
    dark.addEventListener("change", own.changed)
  }
  look(own) // it may have changed again while the page was being drawn
  return () => { clearTimeout(own.timer); dark.removeEventListener("change", own.changed); seen.delete(parentElement) }
}

function look(own, after_ms = 200) {
  clearTimeout(own.timer)
  own.timer = setTimeout(() => {
    if (document.querySelector("[role='dialog']")) look(own) // the script would close it
    else if (dark.matches !== own.drawn && own.tries-- > 0) {
      own.ask()
      look(own, 1500) // the script may have been told of the theme before
    }
  }, after_ms)
}
