"""How the report looks: colours for light and dark, and the style sheet. Nothing from outside.

Each colour is a pair, light and dark. Text stands on its ground with a contrast of at least 4.5,
marks with at least 3 (WCAG AA); print is always light.
"""

from __future__ import annotations

from collections.abc import Mapping

COLOURS: Mapping[str, tuple[str, str]] = {
    "ground": ("#ffffff", "#1b1d21"),
    "panel": ("#f4f5f7", "#26292f"),
    "ink": ("#172b4d", "#e6e9ef"),
    "dim": ("#505f79", "#aab4c3"),
    "line": ("#d3d7de", "#3d424b"),
    "link": ("#0747a6", "#8ab8ff"),
    "bar": ("#4c7fb5", "#6f9fd4"),
    "alarm": ("#b3261e", "#ff9189"),
    "shade": ("#fbe9e7", "#43231f"),
}

TEXTS = ("ink", "dim", "link", "alarm")
GROUNDS = ("ground", "panel", "shade")
MARKS = ("bar", "alarm")


def _variables(side: int) -> str:
    return "".join(f"--{name}:{pair[side]};" for name, pair in COLOURS.items())


STYLE = (
    f"""
:root {{ color-scheme: light dark; {_variables(0)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_variables(1)} }} }}
@media print {{ :root {{ color-scheme: light; {_variables(0)} }} }}
"""
    + """
* { box-sizing: border-box }
html { scroll-behavior: smooth }
body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 80rem; background: var(--ground);
  color: var(--ink); font: .94rem/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial,
  sans-serif }
h1 { font-size: 1.6rem; margin: 0 0 .2rem } h2 { font-size: 1.25rem; margin: 2.6rem 0 .2rem;
  padding-top: .8rem; border-top: 1px solid var(--line) } h3 { font-size: 1rem;
  margin: 1.4rem 0 .4rem }
p { margin: .3rem 0 .8rem; max-width: 60rem } .dim, .small { color: var(--dim) }
.small, .n { font-size: .8rem } .n { color: var(--dim); font-weight: 400;
  white-space: nowrap; display: block }
a { color: var(--link) } code { font: .85em ui-monospace, Menlo, Consolas, monospace }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; margin: .8rem 0 }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .7rem;
  margin: 1rem 0 }
.card { background: var(--panel); border-radius: 6px; padding: .7rem .85rem }
.card b { display: block; font-size: 1.35rem; line-height: 1.25 }
.card.alarm { background: var(--shade) } .card.alarm b { color: var(--alarm) }
.wide { overflow-x: auto; margin: .4rem 0 1rem; background:
  linear-gradient(to right, var(--ground) 40%, transparent) left / 2rem 100% no-repeat local,
  linear-gradient(to left, var(--ground) 40%, transparent) right / 2rem 100% no-repeat local,
  linear-gradient(to right, var(--line), transparent) left / .8rem 100% no-repeat scroll,
  linear-gradient(to left, var(--line), transparent) right / .8rem 100% no-repeat scroll }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
caption { text-align: left; color: var(--dim); font-size: .85rem; padding-bottom: .35rem }
caption span { display: block; position: sticky; left: 0; max-width: min(60rem, 100vw - 2.5rem) }
th, td { text-align: left; vertical-align: top; padding: .38rem .7rem .38rem 0;
  border-bottom: 1px solid var(--line) }
thead th { font-weight: 600; color: var(--dim); font-size: .8rem; vertical-align: bottom }
tbody th { font-weight: 600; overflow-wrap: anywhere; min-width: 9rem }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums }
td.num { white-space: nowrap }
td:last-child:not(.num) { min-width: 17rem } .means { padding-left: .7rem }
td.means ul { margin: 0; padding-left: 1rem }
td.means { min-width: 17rem; max-width: 34rem; font-size: .85rem } .poor { color: var(--dim);
  font-style: italic; font-size: .85rem } .old { color: var(--alarm) }
.series { padding-left: 1rem; min-width: 8.5rem }
tr.up { background: var(--shade) }
tr.up th:first-child, tr.up td:first-child { padding-left: .4rem }
.up-word { color: var(--alarm); font-weight: 600; white-space: nowrap }
svg.plot { display: block; max-width: none } svg .bar { fill: var(--bar) }
svg .up { fill: var(--alarm) }
article { background: var(--panel); border-radius: 6px; padding: .8rem 1rem; margin: .8rem 0;
  break-inside: avoid; overflow-wrap: anywhere }
article h3 { margin: 0 0 .2rem } article ul { margin: .3rem 0; padding-left: 1.2rem }
.tag { display: inline-block; border: 1px solid var(--line); border-radius: 3px; padding: 0 .4rem;
  font-size: .8rem; background: var(--ground); margin-right: .3rem }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .8rem }
@media (max-width: 40rem) { .figures tbody th, .figures thead th:first-child { position: sticky;
  left: 0; width: 8rem; min-width: 8rem; max-width: 8rem; background: var(--ground) }
  .figures tr.up th { background: var(--shade) }
  .prose :is(table, thead, tbody, caption) { display: block }
  .prose tr { display: flex; flex-wrap: wrap; border-bottom: 1px solid var(--line) }
  .prose :is(th, td) { flex: 1 0 4.5rem; border: 0; text-align: left; padding-left: 0 }
  .prose .num { flex-grow: 0 }
  .prose :is(th, td):is(:first-child, :last-child) { flex-basis: 100%; min-width: 0 } }
@media print { html { font-size: 12px } body { max-width: none; padding: 0 } nav { display: none }
  .wide { overflow: visible } thead { display: table-header-group } tr { break-inside: avoid }
  h2, h3 { break-after: avoid } svg .bar, svg .up, tr.up, article, .card {
  -webkit-print-color-adjust: exact; print-color-adjust: exact } }
"""
)
