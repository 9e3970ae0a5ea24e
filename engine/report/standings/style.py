"""The style of strip, chart and lane, light and dark; everything is named `ov-` and stays inside `.ov`."""

from __future__ import annotations

from engine.report.figures.colours import theme

_RULES = """
.ov { color: var(--ov-text); font-size: 14px; line-height: 1.35; font-variant-numeric: tabular-nums; margin: 0; }
.ov p { margin: 0; font-size: inherit; }
.ov-strip { min-height: 116px; display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: 26px;
  align-items: center; }
.ov-number { font-size: 52px; line-height: 1; font-weight: 700; letter-spacing: -0.02em; white-space: nowrap; }
.ov-than { color: var(--ov-muted); font-size: 13px; }
.ov-bar { position: relative; min-width: 160px; height: 18px; margin-top: 4px; border-bottom: 1px solid var(--ov-grid);
  --ov-c: var(--ov-even); }
.ov-ends { display: flex; justify-content: space-between; color: var(--ov-muted); font-size: 12px; }
.ov-who { font-size: 20px; font-weight: 600; overflow-wrap: anywhere; }
.ov-badge { font-size: 12px; font-weight: 600; padding: 2px 8px; border-radius: 10px; margin-right: 8px;
  border: 1px solid currentColor; white-space: nowrap; display: inline-block; vertical-align: 3px; }
.ov-faster { color: var(--ov-good); } .ov-same { color: var(--ov-even); }
.ov-undecided, .ov-early { color: var(--ov-open); } .ov-failed { color: var(--ov-bad); }
.ov-say { margin-top: 4px !important; overflow-wrap: anywhere; }
.ov-chart { display: grid; grid-template-columns: fit-content(230px) minmax(80px, 1fr) auto; align-items: stretch; }
.ov-row { display: contents; }
.ov-row > * { display: flex; align-items: center; min-height: var(--ov-row); }
.ov-row.ov-recommended > * { background: var(--ov-raised); }
.ov-name { gap: 7px; padding: 0 10px 0 6px; overflow-wrap: anywhere; line-height: 1.1; }
.ov-name i { flex: none; width: 10px; height: 10px; border-radius: 3px; background: var(--ov-c); }
.ov-recommended .ov-name, .ov-recommended .ov-value b { font-weight: 700; }
.ov-aside { color: var(--ov-muted); }
.ov-track { position: relative; }
.ov-track > span, .ov-bar > span, .ov-lane div > span { position: absolute; box-sizing: border-box; }
.ov-band { top: 0; bottom: 0; background: var(--ov-even); opacity: 0.17; }
.ov-one { top: 0; bottom: 0; border-left: 1px dashed var(--ov-muted); }
.ov-ideal { top: 28%; bottom: 28%; width: 2px; margin-left: -1px; background: var(--ov-text); }
.ov-interval { top: 50%; height: 4px; margin-top: -2px; border-radius: 2px; background: var(--ov-c); }
.ov-repeat { top: 80%; width: 6px; height: 6px; margin: -3px 0 0 -3px; border-radius: 50%; background: var(--ov-c);
  opacity: 0.6; }
.ov-track .ov-interval, .ov-track .ov-dot { top: 40%; }
.ov-dot { top: 50%; width: 15px; height: 15px; margin: -7.5px 0 0 -7.5px; border-radius: 50%; background: var(--ov-c);
  border: 2px solid var(--ov-paper); }
.ov-recommended .ov-dot { border-color: var(--ov-raised); }
.ov-dot.ov-hollow { background: var(--ov-paper); border: 2px solid var(--ov-c); width: 13px; height: 13px;
  margin: -6.5px 0 0 -6.5px; }
.ov-value { gap: 8px; padding: 0 6px 0 12px; justify-content: flex-end; white-space: nowrap; }
.ov-value b { font-weight: 600; }
.ov-note { color: var(--ov-muted); font-size: 12px; min-width: 76px; }
.ov-axis > * { min-height: 20px; color: var(--ov-muted); font-size: 12px; position: relative; }
.ov-axis span { position: absolute; transform: translateX(-50%); top: 2px; white-space: nowrap; }
.ov .ov-key, .ov .ov-said { color: var(--ov-muted); font-size: 12px; margin-top: 4px !important; }
.ov-lane { display: grid; grid-template-columns: minmax(0, 1fr); row-gap: 4px; }
.ov-lane div { position: relative; height: 22px; }
.ov-ghost { top: 1px; bottom: 1px; left: 0; border: 1px dashed var(--ov-c); border-radius: 4px; }
.ov-going { top: 6px; bottom: 6px; left: 0; background: var(--ov-c); border-radius: 3px; }
p.ov.ov-phone { display: none; }
p.ov { font-size: 14px; margin: 8px 0 0; }
.ov-lane p { display: flex; flex-wrap: wrap; justify-content: space-between; column-gap: 16px; min-height: 19px; }
.ov-moves { display: grid; row-gap: 2px; max-width: 420px; }
.ov-move { display: grid; grid-template-columns: 1fr 90px 1fr; padding: 4px 8px; border-radius: 4px; }
.ov-move b { text-align: center; } .ov-move > :last-child { text-align: right; }
.ov-move.ov-now, .ov-move.ov-lost { background: var(--ov-raised); }
.ov-move.ov-lost { color: var(--ov-bad); }
.ov-time { display: grid; row-gap: 12px; }
.ov-band-of p { display: flex; justify-content: space-between; gap: 12px; }
.ov-band-of p span { color: var(--ov-muted); }
.ov-rows { position: relative; display: grid; row-gap: 3px; margin-top: 3px; }
.ov-rows > div { position: relative; height: var(--ov-thick, 13px); background: var(--ov-raised); border-radius: 2px; }
.ov-rows > div > span { position: absolute; top: 0; bottom: 0; background: var(--ov-c); border-radius: 2px;
  box-shadow: inset -1px 0 0 var(--ov-paper); }
.ov-end { position: absolute; top: -2px; bottom: -2px; border-left: 2px solid var(--ov-text); }
@media (max-width: 640px) {
  .ov-note, .ov-key, .ov-strip .ov-say { display: none; }
  p.ov.ov-phone { display: block; margin-bottom: 8px; }
  .ov-axis span:nth-child(even) { display: none; }
  .ov-strip { column-gap: 14px; min-height: 100px; }
  .ov-number { font-size: 42px; } .ov-who { font-size: 16px; } .ov-bar { min-width: 120px; }
  .ov-badge { display: table; margin-bottom: 4px; }
  .ov-row > * { min-height: min(var(--ov-row) - 5px, 26px); }
  .ov-chart { grid-template-columns: fit-content(118px) minmax(60px, 1fr) auto; font-size: 13px; }
  .ov-name { padding: 0 6px 0 2px; } .ov-value { padding: 0 2px 0 8px; }
}
"""


def style(dark: bool | None = None) -> str:
    """The style as an element, to stand once before what it is for.

    For one theme; without it both, by the `color-scheme` of the page, which may change while the page is open.
    """
    if dark is not None:
        colours = _colours(dark)
    else:
        both = zip(_colours(False).items(), _colours(True).values(), strict=True)
        colours = {name: f"light-dark({light}, {dim})" for (name, light), dim in both}
    given = "".join(f"--ov-{name}: {value};" for name, value in colours.items())
    return f"<style>.ov {{ {given} }}{_RULES}</style>"


def _colours(dark: bool) -> dict[str, str]:
    page = theme(dark)
    signs = ("#2CC296", "#56B4E9", "#EDAE2B", "#F0803C") if dark else ("#00694D", "#0069A6", "#8F5500", "#B04300")
    return {
        "text": page.text, "muted": page.muted, "raised": page.raised, "grid": page.grid, "paper": page.paper,
        **dict(zip(("good", "even", "open", "bad"), signs, strict=True)),
    }  # fmt: skip
