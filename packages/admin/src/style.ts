import { markOf } from './mark.ts';

/** How all pages look: light or dark as the system is, in its own font, down to 320 pixels. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: #1b1f24;
  --quiet: #57606a;
  --ground: #f6f7f9;
  --card: #ffffff;
  --line: #d8dde3;
  --field: #8b949e;
  --link: #0a54c4;
  --on-link: #ffffff;
  --good: #0f6b3c;
  --good-ground: #e3f4ea;
  --warn: #7a4d00;
  --warn-ground: #fdf1d3;
  --bad: #a3210f;
  --bad-ground: #fde9e5;
  --bar: #5a7fb8;
}

@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e7eb;
    --quiet: #9ca7b4;
    --ground: #13161a;
    --card: #1b1f24;
    --line: #31373e;
    --field: #6e7884;
    --link: #8ab8ff;
    --on-link: #10161f;
    --good: #7bd8a0;
    --good-ground: #14301f;
    --warn: #f0c365;
    --warn-ground: #342812;
    --bad: #ffab99;
    --bad-ground: #3c1c16;
    --bar: #6f97d1;
  }
}

*, ::before, ::after { box-sizing: border-box; }

html { -webkit-text-size-adjust: 100%; }

body {
  margin: 0 auto;
  max-width: 84rem;
  padding: 0 1.5rem 3rem;
  background: var(--ground);
  color: var(--text);
  font: 0.9375rem/1.5 system-ui, sans-serif;
}

a { color: var(--link); text-underline-offset: 0.15em; }
h1, h2, h3 { line-height: 1.25; font-weight: 600; overflow-wrap: anywhere; }
h1 { margin: 0.25rem 0 1rem; font-size: 1.5rem; }
h1 .badge { vertical-align: middle; margin-left: 0.35rem; }
h2 { margin: 2rem 0 0.6rem; font-size: 1.1rem; }
h3 { margin: 0 0 0.35rem; font-size: 0.9375rem; }
p, ul, dl, figure { margin: 0 0 0.75rem; }
ul { padding-left: 1.1rem; }
main:focus { outline: none; }

:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }

.skip {
  position: absolute;
  left: 0.5rem;
  top: -5rem;
  padding: 0.5rem 1rem;
  background: var(--card);
  z-index: 1;
}
.skip:focus { top: 0.5rem; }

header {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 0.25rem 1.75rem;
  margin: 0 0 1.5rem;
  padding: 0.65rem 0;
  border-bottom: 1px solid var(--line);
}
header ul { display: flex; gap: 1.25rem; margin: 0; padding: 0; list-style: none; }
header nav a { display: block; padding: 0.25rem 0; color: var(--quiet); text-decoration: none; }
header nav a:hover { color: var(--text); }
header nav a[aria-current] { color: var(--text); box-shadow: 0 2px var(--link); }
.brand { color: var(--text); font-weight: 600; text-decoration: none; overflow-wrap: anywhere; }
.note { margin-left: auto; color: var(--quiet); font-size: 0.85rem; }
footer { margin-top: 2.5rem; color: var(--quiet); font-size: 0.85rem; }
.crumbs { margin: 0; font-size: 0.85rem; }

.quiet, .empty, .counted { color: var(--quiet); }
.counted { margin: 0 0 0.4rem; font-size: 0.85rem; }
.empty { padding: 1rem; border: 1px dashed var(--line); border-radius: 0.5rem; }
.bad-text, .reason { color: var(--bad); }
.reason { margin: 0.25rem 0 0; font-size: 0.85rem; overflow-wrap: anywhere; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.badge {
  display: inline-block;
  padding: 0 0.5rem;
  border: 1px solid currentColor;
  border-radius: 1rem;
  font-size: 0.8rem;
  font-weight: 400;
  line-height: 1.35rem;
  letter-spacing: 0;
  white-space: nowrap;
}
.badge.good { color: var(--good); background: var(--good-ground); }
.badge.warn { color: var(--warn); background: var(--warn-ground); }
.badge.bad { color: var(--bad); background: var(--bad-ground); }
.badge.plain { color: var(--quiet); }

.message { margin: 0 0 1rem; padding: 0.65rem 1rem; border-left: 4px solid currentColor; border-radius: 0.3rem; overflow-wrap: anywhere; }
.message.good { color: var(--good); background: var(--good-ground); }
.message.bad { color: var(--bad); background: var(--bad-ground); }
.message > :last-child { margin-bottom: 0; }
.message a { color: inherit; }

.findings { margin: 0 0 1rem; padding: 0; list-style: none; }
.findings li { padding: 0.6rem 1rem; background: var(--card); border: 1px solid var(--line); border-left-width: 4px; overflow-wrap: anywhere; }
.findings li + li { border-top: 0; }
.findings li:first-child { border-top-left-radius: 0.3rem; border-top-right-radius: 0.5rem; }
.findings li:last-child { border-bottom-left-radius: 0.3rem; border-bottom-right-radius: 0.5rem; }
.findings li.bad { border-left-color: var(--bad); }
.findings li.warn { border-left-color: var(--warn); }
.findings p { margin: 0; }
.findings code { font-size: 0.8rem; }

.filters { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; margin-bottom: 0.9rem; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 0; padding: 0; list-style: none; }
.tiles a { display: block; padding: 0.25rem 0.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 1.5rem; color: var(--text); text-decoration: none; }
.tiles a:hover { border-color: var(--field); }
.tiles a.bad b { color: var(--bad); }
.tiles a[aria-current] { border-color: var(--link); box-shadow: inset 0 0 0 1px var(--link); }
.search { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin-left: auto; }

input, select, button {
  padding: 0.3rem 0.7rem;
  border: 1px solid var(--field);
  border-radius: 0.4rem;
  background: var(--card);
  color: var(--text);
  font: inherit;
  line-height: 1.4;
}
input { width: 13rem; max-width: 100%; }
select { max-width: 14rem; }
input::placeholder { color: var(--quiet); opacity: 1; }
button { border-color: var(--link); color: var(--link); cursor: pointer; white-space: nowrap; }
button:hover { background: var(--link); color: var(--on-link); }
form { margin: 0; }

.sheet { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; overflow: hidden; }
.sheet.small { max-width: 40rem; margin-top: 0.75rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 0.45rem 0.9rem; text-align: left; vertical-align: baseline; overflow-wrap: anywhere; }
thead th { padding-block: 0.5rem; color: var(--quiet); font-size: 0.8rem; font-weight: 500; white-space: nowrap; }
thead a { color: inherit; text-decoration: none; }
thead a:hover { text-decoration: underline; }
thead .arrow { margin-left: 0.3rem; font-size: 0.6rem; }
tbody tr { border-top: 1px solid var(--line); }
tbody tr:hover { background: var(--ground); }
tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
time { font-variant-numeric: tabular-nums; }
@media (min-width: 52.01rem) {
  .list tbody th { min-width: 12rem; }
  .list td:nth-child(2) { min-width: 9rem; }
  .list td:nth-child(3) { min-width: 12.5rem; }
  .list td .quiet { white-space: nowrap; }
}
.list time, .narrowing time { white-space: nowrap; }
.needy > :first-child { box-shadow: inset 4px 0 var(--bad); }
.age { white-space: nowrap; }
.bound { display: flex; align-items: center; gap: 0.5rem; color: var(--quiet); font-size: 0.8rem; white-space: nowrap; }
.actions { display: flex; flex-wrap: wrap; gap: 0.4rem; justify-content: flex-end; }
.list .actions { border: 0; }
.list .actions button { padding: 0.1rem 0.6rem; font-size: 0.85rem; }
.actions.wide { justify-content: flex-start; margin: 0 0 1.1rem; }
.pages { display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; padding: 0.9rem 0.25rem 0; }

.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr)); gap: 0.9rem 1.5rem; padding: 0.9rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.facts dt { color: var(--quiet); font-size: 0.8rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }

.charts { display: flex; flex-wrap: wrap; gap: 1rem 3rem; align-items: flex-end; margin-bottom: 0.75rem; }
.charts p { margin: 0; }
figure { max-width: 100%; }
figcaption { color: var(--quiet); font-size: 0.8rem; }
svg { max-width: 100%; }
.chart { display: block; height: auto; }
.strip { flex: none; }
.bar { fill: var(--bar); }
.failed { fill: var(--bad); }
.ground { fill: var(--line); }
.cross { fill: none; stroke: var(--bad); stroke-width: 1.5; }
.axis { stroke: var(--field); }

.scroller { overflow: auto; max-height: 36rem; margin-bottom: 0.9rem; padding: 0.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
.graph { display: block; max-width: none; }
.graph .arrow { fill: none; stroke: var(--field); stroke-width: 1.25; }
.graph .head { fill: var(--field); }
.box rect { fill: var(--card); stroke: var(--field); }
.box.plain rect { stroke-dasharray: 4 3; }
.box.good rect { stroke: var(--good); fill: var(--good-ground); }
.box.bad rect { stroke: var(--bad); fill: var(--bad-ground); stroke-width: 2; }
.box.here rect { stroke-width: 3; }
.box text { fill: var(--text); font: 500 13px system-ui, sans-serif; }
.box .what { fill: var(--quiet); font: 11px system-ui, sans-serif; }
.box a:hover .name { text-decoration: underline; }
.box a:focus-visible { outline: none; }
.box a:focus-visible rect { stroke: var(--link); stroke-width: 4; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr)); gap: 0 2rem; }
.columns li, .names li { overflow-wrap: anywhere; }
.names { columns: 14rem; }

pre { margin: 0 0 0.75rem; padding: 0.75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; white-space: pre-wrap; overflow-wrap: anywhere; }
code { font: 0.85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
details { margin-bottom: 0.75rem; }
summary { margin-bottom: 0.4rem; cursor: pointer; }

/* On a narrow window, or an enlarged one, each row is a card. */
@media (max-width: 52rem) {
  body { padding-inline: 1rem; }
  .search { margin-left: 0; }
  .facts { grid-template-columns: repeat(auto-fit, minmax(min(8.5rem, 100%), 1fr)); }
  .list thead, .narrowing thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .list tr, .narrowing tr { display: block; padding: 0.6rem 0.9rem 0.7rem; }
  .list :is(td, th), .narrowing :is(td, th) { display: block; padding: 0.1rem 0; }
  .list td.actions { display: flex; justify-content: flex-start; padding-top: 0.4rem; }
  .list .actions button { padding: 0.3rem 0.9rem; }
  .number { text-align: left; }
  [data-label]:empty { display: none !important; }
  [data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
  .needy > :first-child { box-shadow: none; }
  .needy { box-shadow: inset 4px 0 var(--bad); }
}

@media (forced-colors: active) {
  .bar { fill: CanvasText; }
  .failed { fill: Mark; stroke: CanvasText; }
  .ground { fill: GrayText; }
  .cross, .axis, .graph .arrow { stroke: CanvasText; }
  .graph .head, .box text, .box .what { fill: CanvasText; }
  .box rect { fill: Canvas; stroke: CanvasText; }
  .box.here rect, .box a:focus-visible rect { stroke: Highlight; }
  .box a .name { fill: LinkText; }
  .tiles a[aria-current] { outline: 2px solid Highlight; }
  header nav a[aria-current] { text-decoration: underline; }
  .needy > :first-child { border-left: 4px solid Mark; }
}
`;

export const styleMark = markOf(STYLE);
