// SPDX-License-Identifier: Apache-2.0
// What the pages of a comparison and of an analysis share: measures of rows, and tables of them.

/** A measure: {key, label, unit, text(value), isWorse(a, b)}; null or undefined is no value. */
function valueOf(row, measure) {
  const value = row[measure.key];
  return typeof value === 'number' ? value : NaN;
}

function measureText(row, measure) {
  const value = valueOf(row, measure);
  return Number.isNaN(value) ? '-' : measure.text(value);
}

/** A column whose head has its unit beneath; what has no value sorts below all others. */
function measureColumn(measure) {
  return {number: true, text: (row) => measureText(row, measure),
    label: element('span', {'data-key': measure.key}, measure.head || measure.label,
      measure.unit ? element('span', {class: 'unit'}, measure.unit) : null),
    value: (row) => (Number.isNaN(valueOf(row, measure)) ? -Infinity : valueOf(row, measure))};
}

function textColumn(key, text) {
  return {label: element('span', {'data-key': key}, key.replaceAll('_', ' ')), text, value: text,
    cell: (row) => element('span', {title: text(row)}, text(row))};
}

/** The measures that some row has a value of. */
function presentMeasures(measures, rows) {
  return measures.filter((measure) => rows.some((row) => !Number.isNaN(valueOf(row, measure))));
}

function fillChoice(id, measures, chosen, onChange) {
  byId(id).append(...measures.map((measure) => element('option', {value: measure.key}, measure.label)));
  if (chosen) byId(id).value = chosen;
  byId(id).addEventListener('change', onChange);
}

function chosenMeasure(id, measures) {
  return measures.find((measure) => measure.key === byId(id).value) || measures[0];
}

const decimals = (digits) => (value) => value.toFixed(digits);

function axisTitle(measure) {
  return measure.label + (measure.unit ? `, ${measure.unit}` : '');
}

/** A vertical line through a bar chart, at a value of its x axis. */
function markAt(value, colour) {
  return {id: 'mark', afterDatasetsDraw: ({ctx, chartArea, scales}) => {
    if (value === null || Number.isNaN(value) || value < scales.x.min || value > scales.x.max) return;
    const x = scales.x.getPixelForValue(value);
    ctx.save();
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.5;
    ctx.setLineDash([6, 4]);
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.restore();
  }};
}

function drawStudyHeader(subtitle, from) {
  byId('title').textContent = report.workload.name;
  byId('subtitle').textContent = subtitle.join(' · ');
  byId('footer').textContent = `Made by npusim ${extra.version} from one ${from}; every number is that of its JSON form. `
    + `Hardware ${report.hardware.config_hash}. Charts by Chart.js 3.9.1 (MIT).`;
  const notes = report.notes || [];
  byId('notes-panel').hidden = notes.length === 0;
  byId('notes').replaceChildren(...notes.map((note) => element('li', {}, note)));
}

/** The summary is on the screen before the charts are drawn. */
function startStudy(start) {
  requestAnimationFrame(() => setTimeout(() => {
    start();
    drawCharts();
    onThemeChange(drawCharts);
    document.documentElement.dataset.drawn = 'all';
  }));
}
