// Draws what plots.py gives: bars between edges, or lines over time, each plot a card under its title.
// A canvas, drawn when there is something new and when its width changes; what a place says is shown beside the pointer.
const TALL = 230, BELOW = 40, ABOVE = 8, RIGHT = 10
const seen = new WeakMap()

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".plots")
  let own = seen.get(parentElement)
  if (!own) {
    own = { cards: [] }
    seen.set(parentElement, own)
    own.observer = new ResizeObserver(() => own.cards.forEach((one) => draw(one)))
    own.observer.observe(root)
  }
  own.cards = data.plots.map(card)
  root.replaceChildren(...own.cards.map((one) => one.box))
  own.cards.forEach((one) => draw(one))
  root.dataset.drawn = String(own.cards.length)
  return () => { own.observer.disconnect(); seen.delete(parentElement) }
}

function card(plot) {
  const box = document.createElement("figure"), make = (name) => box.appendChild(document.createElement(name))
  const title = make("figcaption"), key = make("div"), canvas = make("canvas"), tip = make("div")
  title.textContent = plot.title
  key.className = "key"
  if (plot.legend) for (const one of [...plot.bars, ...plot.lines]) {
    const entry = key.appendChild(document.createElement("span")), mark = entry.appendChild(document.createElement("i"))
    mark.style.background = one.colour === "ink" ? "currentColor" : one.colour
    entry.append(one.name)
  }
  canvas.setAttribute("role", "img")
  canvas.setAttribute("aria-label", `${plot.alt}. ${plot.sentence || plot.title}`)
  tip.className = "tip"
  tip.hidden = true
  const one = { plot, box, canvas, tip }
  canvas.onpointermove = (event) => point(one, event)
  canvas.onpointerleave = () => { tip.hidden = true; draw(one) }
  return one
}

// How values become pixels, for the canvas's width of now.
function frame({ plot, canvas }, pen) {
  const width = canvas.clientWidth, bottom = TALL - BELOW
  const most = (plot.highest || 1) * (plot.rules.length ? 1.18 : 1.06)
  const rows = ticks(most, plot.highest, bottom / 36)
  const left = 26 + Math.max(...rows.map((one) => pen.measureText(words(one)).width))
  const every = plot.bars.length ? plot.bars[0].edges : plot.lines.flatMap((one) => [one.x[0], one.x.at(-1)])
  const from = plot.bars.length ? every[0] : Math.min(0, ...every), last = Math.max(...every)
  const to = last > from ? last : from + 1 // a run of one moment: an axis of no length has no ticks
  const go = plot.logarithmic ? Math.log10 : (value) => value
  const across = width - left - RIGHT, span = go(to) - go(from) || 1
  const x = (value) => left + across * (go(value) - go(from)) / span
  const y = (value) => ABOVE + (bottom - ABOVE) * (1 - value / most)
  const back = (pixel) => from + (to - from) * (pixel - left) / across // of an axis that is not logarithmic
  return { width, bottom, left, rows, from, to, x, y, back }
}

function nice(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * [1, 2, 5, 10].find((one) => one * power >= least * 0.999)
}

function ticks(most, highest, count) {
  let step = nice(most / count)
  if (highest >= 1 && Number.isInteger(highest)) step = Math.max(1, step) // of tasks there are no halves
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, at) => at * step)
}

function columns(plot, at) {
  if (!plot.logarithmic) {
    const step = nice((at.to - at.from) / Math.max(2, at.width / 90))
    const first = Math.ceil(at.from / step - 1e-9)
    return Array.from({ length: Math.floor(at.to / step + 1e-9) - first + 1 }, (_, n) => (first + n) * step)
  }
  const digits = at.to / at.from <= 1000 ? [1, 2, 5] : [1], found = []
  for (let decade = Math.floor(Math.log10(at.from)); decade <= Math.log10(at.to); decade++)
    found.push(...digits.map((one) => one * 10 ** decade))
  return found.filter((one) => one >= at.from * 0.999 && one <= at.to * 1.001)
}

const words = (value) => Number(value.toPrecision(6)).toLocaleString("en", { maximumFractionDigits: 9 })

function inks(box) {
  const style = getComputedStyle(box)
  return { text: style.color, font: `12px ${style.fontFamily}`, grid: style.getPropertyValue("--st-border-color"),
    paper: style.getPropertyValue("--st-background-color") }
}

function draw(one, marked) {
  const { plot, canvas, box } = one, ink = inks(box), ratio = window.devicePixelRatio || 1
  const tall = plot.sentence ? 60 : TALL
  canvas.style.height = `${tall}px`
  const edges = [Math.round(canvas.clientWidth * ratio), Math.round(tall * ratio)]
  if (canvas.width !== edges[0] || canvas.height !== edges[1]) [canvas.width, canvas.height] = edges
  const pen = canvas.getContext("2d", { alpha: false })
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.fillStyle = ink.paper
  pen.fillRect(0, 0, canvas.clientWidth, tall)
  pen.font = ink.font
  pen.fillStyle = ink.text
  if (plot.sentence) return void pen.fillText(plot.sentence, 0, 20)
  const at = one.at = frame(one, pen)
  axes(pen, plot, at, ink)
  bars(pen, plot, at)
  for (const each of plot.lines) line(pen, each, at, ink)
  for (const each of plot.dots) disc(pen, at.x(each.x), at.y(each.y), ink.text)
  rules(pen, plot, at, ink)
  if (plot.note) right(pen, plot.note, at.width - RIGHT - 4, at.bottom - 6, ink)
  for (const [x, y, colour] of marked || []) disc(pen, x, y, colour)
}

function right(pen, text, x, y, ink) {
  pen.fillStyle = ink.text
  pen.textBaseline = "alphabetic"
  pen.fillText(text, x - pen.measureText(text).width, y)
}

function disc(pen, x, y, colour) {
  pen.fillStyle = colour
  pen.beginPath(); pen.arc(x, y, 3.5, 0, 2 * Math.PI); pen.fill()
}

function axes(pen, plot, at, ink) {
  pen.lineWidth = 1
  pen.strokeStyle = ink.grid
  pen.fillStyle = ink.text
  pen.textBaseline = "middle"
  for (const value of at.rows) {
    const down = Math.round(at.y(value)) + 0.5, told = words(value)
    pen.beginPath(); pen.moveTo(at.left, down); pen.lineTo(at.width - RIGHT, down); pen.stroke()
    pen.fillText(told, at.left - 6 - pen.measureText(told).width, down)
  }
  pen.textBaseline = "top"
  let free = 0
  for (const value of columns(plot, at)) {
    const across = Math.round(at.x(value)) + 0.5, told = words(value), half = pen.measureText(told).width / 2
    pen.beginPath(); pen.moveTo(across, at.bottom); pen.lineTo(across, at.bottom + 4); pen.stroke()
    const from = Math.min(across - half, at.width - 2 * half)
    if (from < free) continue
    pen.fillText(told, from, at.bottom + 7)
    free = from + 2 * half + 8
  }
  pen.fillText(plot.x, at.left + (at.width - at.left - RIGHT - pen.measureText(plot.x).width) / 2, at.bottom + 24)
  pen.save()
  pen.translate(2, at.bottom / 2)
  pen.rotate(-Math.PI / 2)
  pen.fillText(plot.y, -pen.measureText(plot.y).width / 2, 0)
  pen.restore()
}

function bars(pen, plot, at) {
  if (!plot.bars.length) return
  const below = plot.bars[0].heights.map(() => 0)
  for (const each of plot.bars) {
    pen.fillStyle = each.colour
    each.heights.forEach((height, n) => {
      const from = at.x(each.edges[n]), wide = at.x(each.edges[n + 1]) - from, top = at.y(below[n] + height)
      if (height) pen.fillRect(from, top, Math.max(1, wide - 1), at.y(below[n]) - top)
      below[n] += height
    })
  }
}

// The corners of a line: a step at the second of two points (hv), or in their middle (hvh).
function path(pen, each, at) {
  pen.beginPath()
  each.x.forEach((value, n) => {
    const across = at.x(value), down = at.y(each.y[n])
    if (n && each.shape === "hv") pen.lineTo(across, at.y(each.y[n - 1]))
    if (n && each.shape === "hvh") {
      const middle = (at.x(each.x[n - 1]) + across) / 2
      pen.lineTo(middle, at.y(each.y[n - 1]))
      pen.lineTo(middle, down)
    }
    pen.lineTo(across, down)
  })
}

function line(pen, each, at, ink) {
  const colour = each.colour === "ink" ? ink.text : each.colour
  if (each.fill) {
    path(pen, each, at)
    pen.lineTo(at.x(each.x.at(-1)), at.y(0)); pen.lineTo(at.x(each.x[0]), at.y(0))
    pen.globalAlpha = each.fill
    pen.fillStyle = colour
    pen.fill()
    pen.globalAlpha = 1
  }
  path(pen, each, at)
  pen.strokeStyle = colour
  pen.lineWidth = each.width
  pen.lineJoin = "round"
  pen.stroke()
}

function rules(pen, plot, at, ink) {
  pen.lineWidth = 1
  pen.strokeStyle = pen.fillStyle = ink.text
  pen.textBaseline = "top"
  plot.rules.forEach(([value, word], n) => {
    const across = Math.round(at.x(value)) + 0.5, wide = pen.measureText(word).width
    pen.save(); pen.setLineDash([2, 3])
    pen.beginPath(); pen.moveTo(across, ABOVE); pen.lineTo(across, at.bottom); pen.stroke(); pen.restore()
    pen.fillText(word, across + 4 + wide > at.width ? across - 4 - wide : across + 4, ABOVE + n * 15)
  })
}

// "{y:.3g} tasks at {x:.2f} s" for a point, by Python's formats f and g.
const told = (hover, point) => hover.replace(/\{([xy])(?::\.(\d)([fg]))?\}/g, (_, axis, digits, kind) => {
  const value = point[axis]
  return kind === "f" ? value.toFixed(digits) : kind === "g" ? words(Number(value.toPrecision(digits))) : words(value)
})

function point(one, event) {
  const { plot, canvas, tip, at } = one
  if (!at) return
  const box = canvas.getBoundingClientRect(), across = event.clientX - box.left
  const said = [], marked = []
  if (plot.bars.length) {
    const edges = plot.bars[0].edges, bin = edges.findIndex((_, n) => n + 1 < edges.length && across >= at.x(edges[n]) && across < at.x(edges[n + 1]))
    if (bin >= 0) said.push(plot.bars[0].words[bin], ...plot.bars.map((each) => `${words(each.heights[bin])} ${each.name}`))
  } else for (const each of plot.lines) {
    const n = nearest(each, at.back(across))
    if (n < 0) continue
    const point = { x: each.x[n], y: each.y[n] }
    said.push(told(each.hover, point))
    marked.push([at.x(point.x), at.y(point.y), each.colour === "ink" ? inks(one.box).text : each.colour])
  }
  for (const each of plot.dots) if (Math.abs(at.x(each.x) - across) < 5) said.push(told(each.hover, each))
  draw(one, marked)
  tip.hidden = !said.length
  tip.textContent = said.join("\n")
  const wide = one.box.clientWidth
  tip.style.left = `${Math.max(4, Math.min(canvas.offsetLeft + across + 12, wide - tip.offsetWidth - 4))}px`
  tip.style.top = `${canvas.offsetTop + event.clientY - box.top + 14}px`
}

// The point that a step at `value` began with; of other lines the nearest one.
function nearest({ x, shape }, value) {
  let low = 0, high = x.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (x[middle] <= value) low = middle + 1
    else high = middle
  }
  if (shape === "hv") return low - 1
  return low && (low === x.length || value - x[low - 1] < x[low] - value) ? low - 1 : Math.min(low, x.length - 1)
}
