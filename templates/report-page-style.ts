/** The look of the report's page: light and dark, on a phone, on a wide screen, on paper. */
export const reportPageStyle = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #ffffff; --ink: #1c1e21; --soft: #5b6168; --line: #dfe2e5;
  --fail: #b3261e; --fail-ground: #fdeceb; --warn: #8a5300; --warn-ground: #fff4e0;
  --ok: #1b6b3a; --ok-ground: #e8f5ec; --link: #0b57a4; --code: #f3f4f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15171a; --card: #1e2125; --ink: #e6e8ea; --soft: #a2a9b0; --line: #343940;
    --fail: #ff9c93; --fail-ground: #3a1d1b; --warn: #f6c26b; --warn-ground: #37290f;
    --ok: #8fd6a8; --ok-ground: #16301f; --link: #8abaf5; --code: #15171a;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif;
}
main { max-width: 68rem; margin: 0 auto; padding: 1.25rem 1rem 4rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .35rem 0; overflow-wrap: anywhere; }
a { color: var(--link); overflow-wrap: anywhere; }
code, pre, .id { font-family: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", Consolas, monospace; }
.verdict { border-radius: 8px; padding: .7rem 1rem; font-weight: 600; }
.verdict.fail { background: var(--fail-ground); color: var(--fail); }
.verdict.warn { background: var(--warn-ground); color: var(--warn); }
.verdict.ok { background: var(--ok-ground); color: var(--ok); }
.notice { border-left: 3px solid var(--warn); padding-left: .75rem; color: var(--soft); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: .5rem 1.5rem; margin: 1rem 0 0; }
dl.facts div { min-width: 0; }
dt { font-size: .8rem; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .85rem 1rem; margin: .75rem 0; }
.finding.fail { border-left: 4px solid var(--fail); }
.finding.warn { border-left: 4px solid var(--warn); }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem .6rem; }
.badge { font-size: .75rem; font-weight: 600; border-radius: 99px; padding: .05rem .6rem; white-space: nowrap; }
.fail > .head > .badge, .badge.failed, .badge.timeout { background: var(--fail-ground); color: var(--fail); }
.warn > .head > .badge, .badge.partial { background: var(--warn-ground); color: var(--warn); }
.badge.complete { background: var(--ok-ground); color: var(--ok); }
.badge.omitted { background: var(--code); color: var(--soft); }
.id { font-size: .8rem; color: var(--soft); overflow-wrap: anywhere; }
.remedy { background: var(--code); border-radius: 6px; padding: .5rem .75rem; margin: .5rem 0; }
.label { display: block; font-size: .8rem; color: var(--soft); }
.links { font-size: .85rem; }
.links a { margin-right: .75rem; }
details.section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; margin: .5rem 0; }
details.section > summary { padding: .7rem 1rem; }
details.section > .inside { padding: 0 1rem .75rem; }
details.file { border-top: 1px solid var(--line); }
details.file > summary { padding: .5rem 0; font-size: .9rem; overflow-wrap: anywhere; }
summary { cursor: pointer; }
summary h3 { display: inline; margin-right: .5rem; }
summary .path { color: var(--soft); font-size: .8rem; margin-left: .4rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
pre {
  margin: 0 0 .75rem; padding: .75rem; background: var(--code); border: 1px solid var(--line); border-radius: 6px;
  font-size: .78rem; line-height: 1.45; max-height: 32rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4;
}
ul.notes { margin: .25rem 0 .75rem; padding-left: 1.2rem; color: var(--soft); font-size: .9rem; }
ul.notes li { overflow-wrap: anywhere; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .25rem 1.5rem .25rem 0; border-bottom: 1px solid var(--line); }
td:last-child, th:last-child { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; }
@media (max-width: 30rem) {
  dl.facts { gap: .2rem; }
  dl.facts div { display: grid; grid-template-columns: 7rem 1fr; align-items: baseline; gap: .5rem; }
}
@media (min-width: 60rem) { pre { white-space: pre; overflow-wrap: normal; } }
@media print {
  :root {
    --ground: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --fail: #8c1d18; --fail-ground: #fff;
    --warn: #6b4100; --warn-ground: #fff; --ok: #14532d; --ok-ground: #fff; --link: #000; --code: #fff;
  }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .card, details.section { break-inside: avoid; }
  details.section[open] { break-inside: auto; }
  .verdict, .badge { border: 1px solid currentColor; }
  pre { max-height: none; overflow: visible; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 7.5pt; }
  h2 { break-after: avoid; }
}
`;
