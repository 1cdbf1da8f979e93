// SPDX-License-Identifier: Apache-2.0
// The scatter chart: what is drawn where, in which colour and size; the tooltip; the keyboard.

// Okabe and Ito's colours, yellow left out: it is too faint on white.
const categoryColours = {
  light: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#4d4d4d', '#7b5ea7'],
  dark: ['#56b4e9', '#f28e2b', '#2fc79a', '#e59ac4', '#9fb8ff', '#f2c14e', '#c9ced6', '#b79be0'],
};
// Cividis without its ends, which vanish on dark and on white.
const ramp = [[0, 52, 110], [62, 78, 108], [105, 105, 112], [144, 134, 116], [188, 165, 99], [226, 194, 60]];
const rampDark = [[76, 110, 196], [110, 135, 180], [147, 154, 160], [184, 176, 136], [222, 202, 104], [255, 233, 69]];
const maxCategories = 8;
const pointRadius = 4;

const choice = {x: null, y: null, colour: null, size: null, xLog: false, yLog: false};
let selectedRow = -1;
let shownRows = [];      // all that are drawn, in the order of the keyboard
let keyboardAt = -1;
let chart = null;

/** Least and greatest of the finite values. */
function rangeOf(field, rows) {  // failed points have axes, and no results
  let least = Infinity, greatest = -Infinity;
  for (const row of rows) {
    const value = field.number(row);
    if (Number.isNaN(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return {least, greatest, isEmpty: least > greatest};
}

function isCategorical(field) {
  return field.isAxis && !field.numbers;
}

function allowsLog(field) {
  return !isCategorical(field) && rangeOf(field, allRows).least > 0;
}

/** Where values span a large factor, equal steps show little; those of an axis often double. */
function prefersLog(field) {
  const range = rangeOf(field, allRows);
  return allowsLog(field) && range.greatest / range.least >= (field.isAxis ? 8 : 30);
}

/** 0..1 of a value within its field, by its logarithm where that says more. */
function scaleOf(field, rows) {
  const range = rangeOf(field, rows);
  const byLog = range.least > 0 && range.greatest / range.least > 30;
  const place = byLog ? Math.log : (value) => value;
  const low = place(range.least), width = place(range.greatest) - low;
  return {range, at: (value) => (width > 0 ? (place(value) - low) / width : 0.5)};
}

function rampColour(share) {
  const stops = isDark() ? rampDark : ramp;
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  const part = place - below;
  const mixed = stops[below].map((value, i) => Math.round(value + part * (stops[below + 1][i] - value)));
  return `rgb(${mixed.join(' ')})`;
}

/** {of(row), legend}: one colour a value where there are few, else a ramp. */
function colouring(field, rows) {
  const list = categoryColours[isDark() ? 'dark' : 'light'];
  if (!field) return {of: () => list[0], kind: 'none'};
  if (field.isAxis && field.categories.length <= maxCategories && !field.numbers) {
    return {of: (row) => list[field.index(row)], kind: 'categories', list};
  }
  const scale = scaleOf(field, rows);
  return {
    of: (row) => (Number.isNaN(field.number(row)) ? themeColour('muted')
      : rampColour(scale.at(field.number(row)))),
    kind: 'ramp', scale,
  };
}

function sizing(field, rows) {
  if (!field) return () => pointRadius;
  const scale = scaleOf(field, rows);
  return (row) => {
    const value = field.number(row);
    return Number.isNaN(value) ? 2 : Math.sqrt(6 + 94 * scale.at(value));
  };
}

/** The steps along the best values for x and y, where both are objectives. */
function frontLine(rows) {
  const {x, y} = choice;
  if (!x.isObjective || !y.isObjective || x === y) return null;
  const sign = (field) => (field.maximise ? -1 : 1);
  const candidates = rows.filter((row) => ['front', 'feasible'].includes(stateOf(row)))
    .map((row) => ({x: x.number(row), y: y.number(row)}))
    .filter((at) => !Number.isNaN(at.x) && !Number.isNaN(at.y))
    .sort((a, b) => sign(x) * (a.x - b.x) || sign(y) * (a.y - b.y));
  const line = [];
  let best = Infinity;
  for (const at of candidates) {
    if (sign(y) * at.y < best) {
      best = sign(y) * at.y;
      line.push(at);
    }
  }
  return x.maximise ? line.reverse() : line;
}

/** A failed point has no results: where an axis of the chart is one, it stands at the chart's edge. */
function placeOfFailed(row, edges) {
  const at = {row};
  for (const side of ['x', 'y']) {
    const value = choice[side].number(row);
    at[side] = Number.isNaN(value) ? edges[side] : value;
  }
  return choice.x.isAxis || choice.y.isAxis ? at : null;
}

function scaleOptions(field, isLog, rows) {
  const options = {
    type: isLog ? 'logarithmic' : 'linear',
    title: {display: true, text: title(field) + better(field), color: themeColour('ink'),
      font: {size: 13, weight: 600}},
    grid: {color: themeColour('grid'), borderColor: themeColour('line')},
    ticks: {color: themeColour('muted'), maxRotation: 0, autoSkipPadding: 14},
  };
  if (isCategorical(field)) {
    options.min = -0.5;
    options.max = field.categories.length - 0.5;
    options.afterBuildTicks = (scale) => { scale.ticks = field.categories.map((_, value) => ({value})); };
    options.ticks.callback = (value) => field.categories[value] || '';
    options.ticks.autoSkip = field.categories.length > 12;
    return options;
  }
  const range = rangeOf(field, rows);
  if (range.isEmpty) return options;
  // Room beside the outermost points, which otherwise lie on the chart's edge.
  if (isLog) {
    const factor = Math.max((range.greatest / range.least) ** 0.05, 1.05);
    options.min = range.least / factor;
    options.max = range.greatest * factor;
  } else {
    const step = niceStep((range.greatest - range.least || Math.abs(range.least) || 1) / 7);
    const round = (steps) => Number((steps * step).toPrecision(12));
    options.min = round(Math.floor(range.least / step - (range.least > 0 && range.least < step ? 0 : 0.2)));
    options.max = round(Math.ceil(range.greatest / step + 0.2));
  }
  if (field.isAxis && field.categories.length <= 12) {
    options.afterBuildTicks = (scale) => { scale.ticks = field.numbers.map((value) => ({value})); };
  } else if (isLog) {
    const least = options.min, greatest = options.max;
    options.afterBuildTicks = (scale) => { scale.ticks = logTicks(least, greatest).map((value) => ({value})); };
  }
  const inKibibytes = field.isAxis && field.unit === 'B';
  options.ticks.callback = (value) => (inKibibytes ? quantity(value, 'B') : shortNumber(Number(value.toPrecision(12))));
  return options;
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= step * (1 - 1e-9));
}

/** Round numbers within [least, greatest]: 1, 2, 5 times powers of ten, or finer where those are few. */
function logTicks(least, greatest) {
  for (const steps of [[1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]]) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.log10(greatest); ++power) {
      for (const step of steps) {
        const value = Number((step * 10 ** power).toPrecision(6));
        if (value >= least && value <= greatest) ticks.push(value);
      }
    }
    if (ticks.length >= 4) return ticks;
  }
  return Array.from({length: 6}, (_, i) => Number((least * (greatest / least) ** ((i + 0.5) / 6)).toPrecision(3)));
}

function better(field) {
  if (!field.isObjective) return '';
  return field.maximise ? ', more is better' : ', less is better';
}

function buildDatasets() {
  const {x, y} = choice;
  const rows = data.rows.filter(isShown);
  const colours = colouring(choice.colour, data.rows);
  const size = sizing(choice.size, data.rows);
  const groups = {front: [], feasible: [], infeasible: []};
  for (const row of rows) {
    const at = {x: x.number(row), y: y.number(row), row};
    if (!Number.isNaN(at.x) && !Number.isNaN(at.y)) groups[stateOf(row)].push(at);
  }
  const xScale = scaleOptions(x, choice.xLog, allRows), yScale = scaleOptions(y, choice.yLog, allRows);
  const failed = failedRows.filter(isShown)
    .map((row) => placeOfFailed(row, {x: xScale.min ?? 0, y: yScale.min ?? 0})).filter((at) => at);
  const ink = themeColour('ink'), muted = themeColour('muted');
  const crowd = rows.length > 2000;
  const styled = (label, points, style) => ({
    label, data: points, pointHoverBorderColor: ink, pointHoverBorderWidth: 2,
    pointRadius: points.map((at) => size(at.row)), pointHitRadius: 3, ...style,
    pointHoverRadius: points.map((at) => size(at.row) + 2),
  });
  const filled = (points) => points.map((at) => colours.of(at.row));
  const datasets = [
    styled('selected', [], {pointRadius: 9, pointHoverRadius: 9, pointBorderWidth: 3,
      pointBorderColor: themeColour('mark'), pointBackgroundColor: 'transparent', isMark: true}),
    styled('on the front', groups.front, {pointBackgroundColor: filled(groups.front),
      pointBorderColor: ink, pointBorderWidth: 1.6,
      pointRadius: groups.front.map((at) => size(at.row) + 1.5)}),
    styled('dominated', groups.feasible, {pointBackgroundColor: filled(groups.feasible)
      .map((colour) => faded(colour, crowd ? 0.45 : 0.8)), pointBorderWidth: 0}),
    styled('outside of the constraints', groups.infeasible, {pointBackgroundColor: 'transparent',
      pointBorderColor: filled(groups.infeasible).map((colour) => faded(colour, crowd ? 0.5 : 0.75)),
      pointBorderWidth: 1, pointStyle: 'triangle'}),
    styled('failed', failed, {pointStyle: 'crossRot', clip: 10, pointBorderColor: muted, pointBorderWidth: 2,
      pointRadius: 5, pointHoverRadius: 7}),
  ];
  const line = frontLine(rows);
  if (line) {
    datasets.push({label: 'front', data: line, showLine: true, stepped: x.maximise ? 'after' : 'before',
      borderColor: ink, borderWidth: 1.5, borderDash: [5, 4], pointRadius: 0, pointHitRadius: 0,
      pointHoverRadius: 0, isMark: true});
  }
  shownRows = datasets.filter((set) => !set.isMark).flatMap((set) => set.data)
    .sort((a, b) => a.x - b.x || a.y - b.y || a.row - b.row).map((at) => at.row);
  drawLegend(colours, groups, failed.length, failedRows.filter(isShown).length, line !== null);
  return {datasets, xScale, yScale};
}

function faded(colour, alpha) {
  if (colour.startsWith('rgb')) return colour.replace(')', ` / ${alpha})`);
  return colour + Math.round(alpha * 255).toString(16).padStart(2, '0');
}

function drawChart() {
  const {datasets, xScale, yScale} = buildDatasets();
  if (chart) chart.destroy();
  hideTooltip();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  chart = new Chart(byId('chart'), {
    type: 'scatter',
    data: {datasets},
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, normalized: true, parsing: false,
      layout: {padding: {top: 8, right: 12}},
      interaction: {mode: 'nearest', intersect: true},
      scales: {x: xScale, y: yScale},
      plugins: {legend: {display: false}, tooltip: {enabled: false,
        filter: (item) => !item.dataset.isMark, external: hoverTooltip}},
      onClick: clickChart,
      onHover: (event, items) => {
        event.native.target.style.cursor = items.some((item) => !datasets[item.datasetIndex].isMark)
          ? 'pointer' : 'default';
      },
    },
  });
  markSelected();
  byId('chart').setAttribute('aria-label',
    `Scatter chart of ${shownRows.length} points: ${title(choice.y)} over ${title(choice.x)}`);
}

/** {datasetIndex, index, at} of a row in the chart, or null. */
function itemOf(row) {
  for (let datasetIndex = 0; datasetIndex < chart.data.datasets.length; ++datasetIndex) {
    const set = chart.data.datasets[datasetIndex];
    if (set.isMark) continue;
    const index = set.data.findIndex((at) => at.row === row);
    if (index >= 0) return {datasetIndex, index, at: set.data[index]};
  }
  return null;
}

function markSelected() {
  const item = selectedRow < 0 ? null : itemOf(selectedRow);
  chart.data.datasets[0].data = item ? [{...item.at}] : [];
  chart.update('none');
}

function rowsAt(items) {
  return items.filter((item) => !chart.data.datasets[item.datasetIndex].isMark)
    .map((item) => chart.data.datasets[item.datasetIndex].data[item.index].row);
}

/** Of points in one place, each further click selects the next. */
function clickChart(event, items) {
  const rows = rowsAt(items);
  if (rows.length) selectPoint(rows[(rows.indexOf(selectedRow) + 1) % rows.length], true);
}

function hoverTooltip({tooltip}) {
  if (tooltip.opacity === 0 || !tooltip.dataPoints || !tooltip.dataPoints.length) return hideTooltip();
  const rows = tooltip.dataPoints.map((item) => item.raw.row).filter((row) => row !== undefined);
  if (rows.length) showTooltip(rows[0], rows.length - 1, tooltip.caretX, tooltip.caretY);
}

function hideTooltip() {
  byId('tooltip').hidden = true;
}

/** The fields of a tooltip: objectives, axes that vary, and what else the chart shows. */
function tooltipFields() {
  const listed = [...objectiveFields, ...varyingAxes];
  for (const field of [choice.x, choice.y, choice.colour, choice.size]) {
    if (field && !listed.includes(field)) listed.push(field);
  }
  return listed;
}

function showTooltip(row, more, x, y) {
  const box = byId('tooltip');
  const lines = tooltipFields().map((field) => element('tr', {
    class: field.isObjective ? 'objective' : null, 'data-key': field.key,
  }, element('th', {scope: 'row'}, title(field)), element('td', {}, field.exact(row))));
  const failure = row >= finished ? data.failures[row - finished] : null;
  box.replaceChildren(
    element('strong', {}, `Point ${pointNumbers[row]}`), `, ${stateNames[stateOf(row)]}`,
    failure ? element('div', {}, failure.message.slice(0, 200)) : '',
    element('table', {}, element('tbody', {}, ...lines)),
    more > 0 ? element('div', {class: 'muted'}, `${more} more in this place: click again for the next`) : '');
  box.dataset.point = pointNumbers[row];
  box.hidden = false;
  const area = byId('chart').getBoundingClientRect();
  const left = x + 16 + box.offsetWidth > area.width ? x - 16 - box.offsetWidth : x + 16;
  box.style.left = Math.max(0, left) + 'px';
  box.style.top = Math.max(0, Math.min(y - box.offsetHeight / 2, area.height - box.offsetHeight)) + 'px';
}

byId('chart').addEventListener('mouseleave', hideTooltip);
byId('chart').addEventListener('keydown', (event) => {
  const moves = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageDown: 10, PageUp: -10,
    Home: -Infinity, End: Infinity};
  if (event.key in moves && shownRows.length) {
    const last = shownRows.length - 1;
    keyboardAt = keyboardAt < 0 ? (moves[event.key] < 0 ? last : 0)
      : Math.min(Math.max(keyboardAt + moves[event.key], 0), last);
    if (event.key === 'Home') keyboardAt = 0;
    const row = shownRows[keyboardAt];
    const item = itemOf(row);
    chart.setActiveElements([item]);
    chart.update('none');
    const {x, y} = chart.getDatasetMeta(item.datasetIndex).data[item.index].getCenterPoint();
    showTooltip(row, 0, x, y);
    byId('spoken').textContent = `Point ${pointNumbers[row]}, ${stateNames[stateOf(row)]}: `
      + tooltipFields().map((field) => `${title(field)} ${field.exact(row)}`).join(', ');
  } else if ((event.key === 'Enter' || event.key === ' ') && keyboardAt >= 0) {
    selectPoint(shownRows[keyboardAt], true);
  } else if (event.key === 'Escape') {
    keyboardAt = -1;
    hideTooltip();
  } else {
    return;
  }
  event.preventDefault();
});
