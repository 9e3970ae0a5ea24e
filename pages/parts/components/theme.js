// Has the page drawn anew when the system changes from light to dark: Streamlit recolours what is its own at once, what
// Python has coloured (figures, lanes) only when its script runs again.
const dark = window.matchMedia("(prefers-color-scheme: dark)")

export default function ({ data, setTriggerValue }) {
  let waits
  const changed = () => {
    clearTimeout(waits)
    waits = setTimeout(() => {
      if (document.querySelector("[role='dialog']")) changed() // the script would close it
      else if (dark.matches !== data.dark) setTriggerValue("changed", true)
    }, 200)
  }
  dark.addEventListener("change", changed)
  return () => { clearTimeout(waits); dark.removeEventListener("change", changed) }
}
