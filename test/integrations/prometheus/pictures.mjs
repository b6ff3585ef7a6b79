// What Prometheus has for each panel of a row of the dashboard, as one SVG: no picture of Grafana, but of the data.

const [WIDTH, GAP, LINE] = [960, 12, 16];
const COLORS = ['#3d71d9', '#e0752d', '#3f9b57', '#a352cc', '#c4162a', '#8a8a00', '#1f78c1', '#6d6d6d'];
const HEIGHTS = { stat: 78, timeseries: 190, table: 130 };

const escape = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const text = (x, y, words, rest = '') => `<text x="${round(x)}" y="${round(y)}" ${rest}>${escape(words)}</text>`;
const round = (number) => Math.round(number * 10) / 10;

/** A value in the panel's unit. */
function said(value, unit) {
  const number = (digits) => String(Number(value.toPrecision(digits)));
  if (unit === 's') return value >= 120 ? `${Math.round(value / 60)} min` : `${number(3)} s`;
  if (unit === 'bytes') return `${Math.round(value / 2 ** 20)} MiB`;
  if (unit === 'cpm') return `${number(3)}/min`;
  if (unit === 'rowsps') return `${number(3)} rows/s`;
  if (unit === 'bool_yes_no') return value === 0 ? 'no' : 'yes';
  return number(4);
}

const named = (legend, metric) => legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '');

/** The SVG of a row. */
export function picture({ title, panels }) {
  let [x, y, tallest] = [0, 30, 0];
  const drawn = panels.map(({ panel, found }) => {
    const width = (panel.gridPos.w / 24) * (WIDTH + GAP) - GAP;
    if (x + width > WIDTH + 1) [x, y, tallest] = [0, y + tallest + GAP, 0];
    const height = HEIGHTS[panel.type];
    const inside = { stat: statOf, timeseries: linesOf, table: tableOf }[panel.type](panel, found, width, height);
    const svg = `<g transform="translate(${round(x)} ${round(y)})"><rect width="${round(width)}" height="${height}" rx="4" fill="#fff" stroke="#ddd"/>${text(10, 20, panel.title, 'font-weight="600"')}${inside}</g>`;
    x += width + GAP;
    tallest = Math.max(tallest, height);
    return svg;
  });
  const height = y + tallest + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 ${WIDTH + 20} ${height}" width="${WIDTH + 20}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">
<rect x="-10" width="${WIDTH + 20}" height="${height}" fill="#f4f5f5"/>
${text(0, 20, title, 'font-size="15" font-weight="600"')}
${drawn.join('\n')}
</svg>
`;
}

function statOf({ fieldConfig: { defaults } }, found) {
  const words = defaults.mappings?.[0]?.options ?? {};
  return found
    .flatMap(({ legend, instant }) => instant.map(({ value: [, value] }) => ({ legend, value })))
    .map(({ legend, value }, at, all) => {
      const shown = words[value]?.text ?? said(Number(value), defaults.unit);
      const beside = all.length > 1 ? text(10 + at * 130, 70, legend, 'fill="#777" font-size="11"') : '';
      return text(10 + at * 130, 52, shown, 'font-size="20"') + beside;
    })
    .join('');
}

function linesOf({ fieldConfig: { defaults } }, found, width, height) {
  const series = found
    .flatMap(({ legend, range }) =>
      range.map(({ metric, values }) => ({
        name: named(legend, metric),
        points: values.map(([at, value]) => [at, Number(value)]),
      })),
    )
    .slice(0, COLORS.length);
  const longest = Math.max(...series.map(({ name }) => name.length));
  const columns = Math.max(1, Math.floor((width - 76) / (longest * 5.6 + 24)));
  const legends = Math.ceil(series.length / columns);
  const [left, top, right, bottom] = [64, 34, width - 12, height - 12 - legends * LINE];
  const all = series.flatMap(({ points }) => points);
  const [from, to] = [Math.min(...all.map(([at]) => at)), Math.max(...all.map(([at]) => at))];
  const values = all.map(([, value]) => value);
  const [low, high] = [Math.min(0, ...values), Math.max(...values, Math.min(0, ...values) + 1e-3)];
  const xOf = (at) => left + ((at - from) / (to - from || 1)) * (right - left);
  const yOf = (value) => bottom - ((value - low) / (high - low)) * (bottom - top);
  const axis = [low, (low + high) / 2, high]
    .map(
      (value) =>
        `<path d="M${left} ${round(yOf(value))}H${round(right)}" stroke="#eee"/>${text(left - 6, yOf(value) + 4, said(value, defaults.unit), 'text-anchor="end" font-size="10" fill="#777"')}`,
    )
    .join('');
  const lines = series.map(({ points }, at) => {
    const path = points
      .map(([when, value], index) => `${index === 0 ? 'M' : 'L'}${round(xOf(when))} ${round(yOf(value))}`)
      .join('');
    return `<path d="${path}" fill="none" stroke="${COLORS[at]}" stroke-width="1.5"/>`;
  });
  const names = series.map(({ name }, at) => {
    const [x, y] = [
      left + (at % columns) * ((right - left) / columns),
      bottom + LINE + 2 + Math.floor(at / columns) * LINE,
    ];
    return `<path d="M${round(x)} ${round(y - 4)}h10" stroke="${COLORS[at]}" stroke-width="2"/>${text(x + 14, y, name, 'font-size="10"')}`;
  });
  return axis + lines.join('') + names.join('');
}

function tableOf({ fieldConfig: { defaults }, transformations: [organize] }, found, width) {
  const without = organize?.options.excludeByName ?? {};
  const rows = found.flatMap(({ instant }) =>
    instant.map(({ metric, value: [, value] }) => ({
      ...metric,
      ...(without.Value ? {} : { Value: said(Number(value), defaults.unit) }),
    })),
  );
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !without[name]);
  const lengths = columns.map(
    (name) => Math.max(name.length, ...rows.map((row) => String(row[name] ?? '').length)) + 2,
  );
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const size = round(Math.min(11, ((width - 20) / all) * 1.85));
  const startOf = (column) => lengths.slice(0, column).reduce((sum, length) => sum + length, 0) * ((width - 20) / all);
  const cell = (words, column, line, rest = '') =>
    text(10 + startOf(column), 42 + line * (LINE + 2), words, `font-size="${size}" ${rest}`);
  return [
    ...columns.map((name, at) => cell(name, at, 0, 'fill="#777"')),
    ...rows.slice(0, 5).flatMap((row, line) => columns.map((name, at) => cell(row[name] ?? '', at, line + 1))),
  ].join('');
}
