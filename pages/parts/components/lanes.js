// Draws what lane_data.py gives: a lane a worker, or a heat map, and below it how many tasks a second ended.
// A canvas, drawn once each time that there is something new: nothing moves by itself, so looking costs next to nothing.
// Of a live run it asks for what is new (live.py), and writes headline figures and bar into the page as well: having
// Streamlit draw them every second would cost ten times as much.
const RIGHT = 8, RATE = 34, GAP = 8, AXIS = 18
// The names of hosts, where a cluster's workers have some, need more room; on a telephone less than they would like.
const left = (data, width) => data.seats ? Math.min(190, Math.max(110, width * 0.22)) : 64
const DONE = 0, FAILED = 1, UNDER_WAY = 2, PUT_BACK = 3
const seen = new WeakMap()

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector(".lanes")
  const canvas = root.querySelector("canvas")
  let own = seen.get(parentElement)
  if (!own) {
    own = { data }
    seen.set(parentElement, own)
    own.observer = new ResizeObserver(() => draw(root, canvas, own.data))
    own.observer.observe(root)
  }
  const show = (shown) => {
    own.data = shown
    canvas.setAttribute("aria-label", shown.told)
    draw(root, canvas, shown)
  }
  show(data)
  if (data.drawn) write(data.drawn) // an answer that was late may have written over what Streamlit takes for shown
  follow(own, data.follow, show, setTriggerValue)
  canvas.onpointermove = (event) => point(root, canvas, own.data, event)
  canvas.onpointerleave = () => { root.querySelector(".tip").hidden = true }
  return () => { clearTimeout(own.timer); own.follow = null; own.observer.disconnect(); seen.delete(parentElement) }
}

function follow(own, told, show, setTriggerValue) {
  clearTimeout(own.timer)
  own.follow = told
  if (!told) return
  const drawn = performance.now()
  let clock = told.clock, busy = false, asked = -Infinity
  const begins = told.stage === told.begins // somebody waits for the first result, also on a busy machine
  const pauses = begins ? [told.first_ms, told.every_ms] : [told.every_ms, told.busy_ms]
  const next = () => {
    const eager = begins && performance.now() - drawn < told.eager_ms
    own.timer = setTimeout(ask, busy && !eager ? pauses[1] : pauses[0] * (own.data.from > 0 ? 2 : 1))
  }
  async function ask() {
    try {
      const answer = document.hidden ? null : await fetch(told.url)
      const found = answer?.ok ? await answer.json() : null
      if (own.follow !== told) return // the page was drawn anew meanwhile, or left
      if (found) {
        busy = used(clock, found.clock) >= told.busy
        clock = found.clock
        const now = performance.now(), late = !busy && now - drawn > told.look_ms
        // Asked for again only after a while: each asking has the script begin anew, and it must come to its end.
        if ((late || found.stage !== told.stage) && now - asked > told.patience_ms) {
          asked = now
          setTriggerValue("look", found.stage)
        }
        write(found)
        show({ ...found.lanes, dark: own.data.dark })
      }
    } catch { /* the server does not answer: Streamlit says so */ }
    next()
  }
  next()
}

// The share of all CPU time that was used between two readings of [idle, all] seconds.
const used = (first, last) => 1 - (last[0] - first[0]) / (last[1] - first[1] || 1)

// Streamlit keeps what it drew last, so it writes over this at its next look, where that is newer.
function write({ tiles, bar }) {
  for (const tile of document.querySelectorAll(".st-key-figures [data-testid='stMetric']")) {
    const name = tile.querySelector("[data-testid='stMetricLabel']")?.textContent.trim()
    const value = tile.querySelector("[data-testid='stMetricValue']")
    const texts = value && document.createTreeWalker(value, NodeFilter.SHOW_TEXT)
    const text = texts?.nextNode()
    if (text && name in tiles) text.nodeValue = tiles[name]
  }
  const drawn = document.querySelector(".st-key-progress [data-testid='stHtml']")
  if (drawn && drawn.told !== bar) drawn.innerHTML = drawn.told = bar
}

function draw(root, canvas, data) {
  const style = getComputedStyle(root)
  const ink = { text: style.color, muted: style.getPropertyValue("--st-gray-text-color") || style.color,
    grid: style.getPropertyValue("--st-border-color"), paper: style.getPropertyValue("--st-background-color"),
    empty: style.getPropertyValue("--st-secondary-background-color"), font: style.fontFamily }
  key(root, data, ink)
  const width = root.clientWidth, height = data.height + GAP + RATE + AXIS
  const ratio = window.devicePixelRatio || 1
  const edges = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== edges[0] || canvas.height !== edges[1]) {
    [canvas.width, canvas.height] = edges
    canvas.style.height = `${height}px`
  }
  const pen = canvas.getContext("2d", { alpha: false })
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.fillStyle = ink.paper
  pen.fillRect(0, 0, width, height)
  pen.font = `12px ${ink.font}`
  const x = scale(data, width)
  axis(pen, data, ink, x, width)
  if (data.heat) heat(pen, data, ink, x)
  else marks(pen, data, ink, x)
  if (data.rate) rate(pen, data, ink, x)
}

function key(root, data, ink) {
  const entries = [[data.colours.done, data.heat ? "busy, paler for a part of the time" : "done", ""], [data.colours.failed, "failed", ""]]
  if (data.live && !data.heat) entries.push(["", "under way", `border:1px solid ${data.colours.done};box-sizing:border-box`])
  if (data.marks.some((one) => one[3] === PUT_BACK)) entries.push(["", data.waits,
    `background:repeating-linear-gradient(45deg,${ink.grid} 0 2px,transparent 2px 4px);border:1px solid ${ink.grid};box-sizing:border-box`])
  const told = JSON.stringify([data.title, entries])
  const place = root.querySelector(".key")
  if (place.told === told) return
  place.told = told
  const html = document.createElement("span")
  html.innerHTML = `<b></b>` + entries.map(() => `<span><i></i><span></span></span>`).join("")
  html.querySelector("b").textContent = data.title
  html.querySelectorAll(":scope > span").forEach((each, at) => {
    each.querySelector("i").style.cssText = entries[at][2] || `background:${entries[at][0]}`
    each.querySelector("span").textContent = entries[at][1]
  })
  place.replaceChildren(...html.childNodes)
}

const scale = (data, width) => {
  const from = left(data, width), across = width - from - RIGHT
  return (s) => from + across * (s - data.from) / (data.to - data.from || 1)
}
const lane = (data) => data.height / (data.heat ? data.heat.rows : data.lanes)

function axis(pen, data, ink, x, width) {
  const bottom = data.height + GAP + RATE
  pen.strokeStyle = ink.grid
  pen.fillStyle = ink.text
  pen.lineWidth = 1
  pen.textBaseline = "top"
  const step = nice((data.to - data.from) / Math.max(2, Math.min(10, width / 90)))
  for (let s = Math.ceil(data.from / step) * step; s <= data.to + 1e-9; s += step) {
    const at = Math.round(x(s)) + 0.5
    pen.beginPath(); pen.moveTo(at, 0); pen.lineTo(at, bottom + 3); pen.stroke()
    const told = step < 0.01 ? `${Number((s * 1000).toPrecision(6))} ms` : `${Number(s.toFixed(3))} s`
    const half = pen.measureText(told).width / 2
    pen.fillText(told, Math.min(at - half, width - 2 * half), bottom + 5)
  }
  for (const s of data.seams || []) {
    const at = Math.round(x(s)) + 0.5
    pen.save(); pen.setLineDash([3, 3]); pen.strokeStyle = ink.text
    pen.beginPath(); pen.moveTo(at, 0); pen.lineTo(at, bottom); pen.stroke(); pen.restore()
  }
  // Numbers of workers, as many as can be read.
  const rows = data.heat ? data.heat.rows : data.lanes, each = data.heat ? data.heat.each : 1
  const every = Math.ceil(15 / lane(data))
  pen.textBaseline = "middle"
  const edge = x(data.from)
  for (let row = 0; row < rows && !(data.seats && every > 1); row += every) { // by host they are in no order to be guessed
    const number = data.seats ? data.seats.workers[row][0] : row * each
    const told = row || data.seats ? String(number) : "worker 0"
    pen.fillText(told, edge - 8 - pen.measureText(told).width, Math.max(8, (row + 0.5) * lane(data)))
  }
  if (data.seats) hosts(pen, data, ink, edge)
}

// The workers of a host stand beside each other: its name beside them, and a line before the next one's.
function hosts(pen, data, ink, edge) {
  let row = 0, free = 0
  for (const [host, count] of data.seats.hosts) {
    const each = lane(data), top = row * each, down = Math.max(top + 8, free)
    if (row && count * each >= 6) {
      pen.strokeStyle = ink.grid
      pen.beginPath(); pen.moveTo(0, Math.round(top) - 0.5); pen.lineTo(edge, Math.round(top) - 0.5); pen.stroke()
    }
    if (down < data.height && down <= Math.max(top + 16, top + count * each)) { // else it would stand beside another's rows
      pen.fillText(fitted(pen, host, edge - 40), 0, down)
      free = down + 15
    }
    row += count
  }
}

function fitted(pen, text, width) {
  if (pen.measureText(text).width <= width) return text
  let end = text.length
  while (end > 1 && pen.measureText(text.slice(0, end) + "…").width > width) end--
  return text.slice(0, end) + "…"
}

function nice(least) {
  const power = 10 ** Math.floor(Math.log10(least))
  return power * [1, 2, 5, 10].find((one) => one * power >= least * 0.999)
}

function marks(pen, data, ink, x) {
  const each = lane(data), thick = Math.max(1, each - (each > 5 ? 2 : 1))
  const colour = [data.colours.done, data.colours.failed]
  for (let row = 0; row < data.lanes; row++) {
    pen.fillStyle = ink.empty
    pen.fillRect(x(data.from), row * each, x(data.to) - x(data.from), thick)
  }
  for (const [row, start, end, kind] of data.marks) {
    const from = Math.max(x(data.from), x(start)), wide = Math.max(1, x(end) - from), top = row * each
    if (kind === PUT_BACK) hatch(pen, ink, from, top, wide, thick)
    else if (kind === UNDER_WAY) {
      pen.strokeStyle = data.colours.done
      pen.strokeRect(from + 0.5, top + 0.5, Math.max(1, wide - 1), Math.max(1, thick - 1))
    } else {
      pen.fillStyle = colour[kind]
      // A hairline parts tasks that follow each other; among very short ones it would hide them.
      pen.fillRect(from, top, wide > 3 ? wide - 1 : wide, thick)
    }
  }
}

function hatch(pen, ink, from, top, wide, thick) {
  pen.save()
  pen.beginPath(); pen.rect(from, top, wide, thick); pen.clip()
  pen.strokeStyle = ink.text
  pen.globalAlpha = 0.45
  pen.lineWidth = 1
  pen.beginPath()
  for (let at = from - thick; at < from + wide; at += 4) { pen.moveTo(at, top + thick); pen.lineTo(at + thick, top) }
  pen.stroke()
  pen.restore()
}

function heat(pen, data, ink, x) {
  const { rows, columns, cells } = data.heat
  const edge = x(data.from), wide = (x(data.to) - edge) / columns, tall = data.height / rows
  pen.fillStyle = ink.empty
  pen.fillRect(edge, 0, wide * columns, data.height)
  pen.fillStyle = data.colours.done
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    // Whole pixels, or a seam would show between neighbours.
    const from = Math.round(edge + column * wide), to = Math.round(edge + (column + 1) * wide)
    const top = Math.round(row * tall), bottom = Math.round((row + 1) * tall)
    pen.globalAlpha = cells[row * columns + column] / 100
    pen.fillRect(from, top, to - from, bottom - top)
  }
  pen.globalAlpha = 1
}

function rate(pen, data, ink, x) {
  const top = data.height + GAP, { width, done, failed } = data.rate
  const most = Math.max(0, ...done.map((one, at) => one + failed[at]))
  if (!most) return
  done.forEach((one, at) => {
    const from = x(data.from + at * width), wide = Math.max(1, x(data.from + (at + 1) * width) - from - 1)
    const good = RATE * one / most, bad = RATE * failed[at] / most
    pen.fillStyle = data.colours.done
    pen.fillRect(from, top + RATE - good, wide, good)
    pen.fillStyle = data.colours.failed
    pen.fillRect(from, top + RATE - good - bad, wide, bad)
  })
  pen.fillStyle = ink.text
  pen.textBaseline = "top"
  const told = [`${most >= 10 ? Math.round(most) : Number(most.toPrecision(2))}`, `${data.unit}/s`]
  told.forEach((one, at) => pen.fillText(one, x(data.from) - 8 - pen.measureText(one).width, top + at * 15))
}

function seat(data, row) {
  if (!data.seats) return `worker ${row}`
  const [number, address] = data.seats.workers[row]
  let before = 0
  const [host] = data.seats.hosts.find(([, count]) => row < (before += count))
  return `worker ${number}, ${host} ${address}`
}

function point(root, canvas, data, event) {
  const tip = root.querySelector(".tip")
  const box = canvas.getBoundingClientRect()
  const at = event.clientX - box.left, down = event.clientY - box.top
  const x = scale(data, root.clientWidth), row = Math.floor(down / lane(data))
  const hit = data.marks.findLast((one) => one[0] === row && x(one[1]) - 1 <= at && at <= Math.max(x(one[2]), x(one[1]) + 2))
  tip.hidden = !hit
  if (!hit) return
  const took = hit[2] - hit[1], time = took < 1 ? `${Number((took * 1000).toPrecision(3))} ms` : `${took.toFixed(2)} s`
  const what = ["", "failed, ", "under way, ", `${data.waits}, `][hit[3]]
  tip.textContent = `${hit[4] ? hit[4] + ": " : ""}${what}${time} on ${seat(data, hit[0])}`
  tip.style.left = `${Math.min(at + 12, root.clientWidth - tip.offsetWidth - 4)}px`
  tip.style.top = `${canvas.offsetTop + down + 14}px`
}
