// How a report looks in a browser and on paper. Inside this room only.
#pragma once

#include <string_view>

namespace nightshift::core::files {

inline constexpr std::string_view kHtmlStyle = R"css(
:root { color-scheme: light dark; --ink: #1c2733; --soft: #5b6875; --line: #dde3ea; --band: #f5f7fa; --paper: #fff; --head: #14335a; --on-head: #fff; --bar: #3f74b5; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ef; --soft: #9aa7b4; --line: #313c48; --band: #1b232c; --paper: #141a21; --head: #244a7a; --on-head: #fff; --bar: #6ea3e0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem clamp(1rem, 3vw, 3rem) 3rem; max-width: 90rem; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, "Noto Sans", "DejaVu Sans", "Noto Sans CJK JP", "Noto Sans KR", "Noto Sans Arabic", "Noto Sans Hebrew", sans-serif; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; overflow-wrap: anywhere; text-wrap: balance; }
header p { margin: .3rem 0 0; color: var(--soft); }
figure { margin: 1.75rem 0 0; padding: 1.25rem 1.25rem .75rem; border: 1px solid var(--line); border-radius: .6rem; break-inside: avoid; }
figcaption { font-weight: 600; margin-bottom: .75rem; }
svg { display: block; width: 100%; height: auto; font-size: 13px; fill: var(--ink); }
svg .bar { fill: var(--bar); } svg .rail { fill: var(--band); } svg .value { font-weight: 600; }
.rows { margin-top: 1.75rem; overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th { background: var(--head); color: var(--on-head); text-align: left; font-weight: 600; white-space: nowrap; position: sticky; top: 0; }
th, td { padding: .4rem .65rem; vertical-align: top; text-align: left; }
td { border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td[dir] { min-width: 14ch; }
tbody tr:nth-child(even) td { background: var(--band); }
th.n, td.n { text-align: right; white-space: nowrap; overflow-wrap: normal; } .d { white-space: nowrap; overflow-wrap: normal; }
tfoot td { border-top: 2px solid var(--head); border-bottom: 0; font-weight: 700; }
.none { padding: 2rem; text-align: center; color: var(--soft); }
@page { size: A4 landscape; margin: 14mm 12mm 16mm; @bottom-right { content: "page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #667; } }
@media print { :root { color-scheme: light; --ink: #1c2733; --soft: #5b6875; --line: #dde3ea; --band: #f5f7fa; --paper: #fff; --head: #14335a; --on-head: #fff; --bar: #3f74b5; }
  body { padding: 0; max-width: none; font-size: 9pt; } th { position: static; } .rows { overflow: visible; } thead { display: table-header-group; } tfoot { display: table-row-group; }
  th, td { padding: .25rem .5rem; } td[dir] { min-width: 0; } tr { break-inside: avoid; } * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
)css";

}  // namespace nightshift::core::files
