// The original over the result, both at one scale, parted by a line that a range field moves: by pointer and keyboard.
// At 100% a pixel of the result is a pixel of the screen.
const seen = new WeakMap()

export default function (component) {
  const { data, parentElement } = component
  const find = (name) => parentElement.querySelector(name)
  const [range, frame, stage, before, after, line] = ["input", ".frame", ".stage", ".before", ".after", ".line"].map(find)
  let own = seen.get(parentElement)
  if (!own) {
    own = { zoom: null }
    seen.set(parentElement, own)
    own.observer = new ResizeObserver(() => size())
    own.observer.observe(frame.parentElement)
  }

  function size() {
    const ratio = window.devicePixelRatio || 1
    const whole = [data.width / ratio, data.height / ratio]
    const room = frame.parentElement.clientWidth
    const zoom = own.zoom ?? (whole[0] <= room ? "whole" : "fit")
    const scale = zoom === "whole" ? 1 : room / whole[0]
    stage.style.width = `${whole[0] * scale}px`
    stage.style.height = `${whole[1] * scale}px`
    find(".fit").setAttribute("aria-pressed", String(zoom === "fit"))
    find(".whole").setAttribute("aria-pressed", String(zoom === "whole"))
  }

  function part() {
    before.style.clipPath = `inset(0 ${100 - range.value}% 0 0)`
    line.style.left = `${range.value}%`
  }

  const set = (image, url, alt) => {
    if (image.getAttribute("src") !== url) image.setAttribute("src", url)
    image.alt = alt
  }
  set(after, data.after, data.after_alt)
  set(before, data.before, data.before_alt)
  before.style.objectFit = data.fit
  before.style.objectPosition = data.position
  before.hidden = !data.before
  before.onerror = () => { before.hidden = true; find(".told").textContent = data.unshowable }
  find(".told").textContent = data.before ? data.told : data.gone
  find(".fit").onclick = () => { own.zoom = "fit"; size() }
  find(".whole").onclick = () => { own.zoom = "whole"; size() }
  range.oninput = part
  stage.onpointerdown = stage.onpointermove = (event) => {
    if (event.type === "pointermove" && !(event.buttons & 1)) return
    const box = stage.getBoundingClientRect()
    range.value = String(Math.round(100 * (event.clientX - box.left) / box.width))
    part()
  }
  size()
  part()
  return () => { own.observer.disconnect(); seen.delete(parentElement) }
}
