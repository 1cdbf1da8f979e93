// SPDX-License-Identifier: Apache-2.0
// The quantizations of one network: summary, chart of a chosen measure, measure against cost, table.

const rows = report.rows.map((row, index) => ({...row, label: extra.labels[index], index,
  isToldApart: extra.toldApart[index]}));
const floatRow = rows[0];
const quantized = rows.slice(1);
const evaluated = quantized.filter((row) => row.refused === null);
const percents = (digits) => (value) => (100 * value).toFixed(digits);

const measures = [
  {key: 'top1', label: 'top-1', unit: '%', text: percents(2)},
  {key: 'top5', label: 'top-5', unit: '%', text: percents(2)},
  {key: 'difference', label: 'difference to float', head: 'difference', unit: 'points', text: percents(2)},
  {key: 'agreement_top1', label: 'agreement with float', head: 'agreement', unit: '%', text: percents(2)},
  {key: 'sqnr_db_mean', label: 'weight SQNR, mean', head: 'SQNR mean', unit: 'dB', text: decimals(1)},
  {key: 'sqnr_db_worst', label: 'weight SQNR, worst channel', head: 'SQNR worst', unit: 'dB', text: decimals(1)},
  {key: 'parameter_bytes', label: 'parameters', unit: 'bytes', text: exactNumber, isCost: true},
  {key: 'safe_accumulator_bits', label: 'accumulator', unit: 'bits', text: exactNumber, isCost: true},
  {key: 'cycles', label: 'cycles of one inference', head: 'cycles', unit: '', text: exactNumber, isCost: true},
];
const tableMeasures = [...measures.slice(0, 3),
  {key: 'difference_se', label: 'standard error', head: 's.e.', unit: 'points', text: percents(2)}, ...measures.slice(3),
  {key: 'mismatched_values', label: 'mismatches', unit: 'values', text: exactNumber}];
const shownMeasures = presentMeasures(measures, quantized);
const costs = shownMeasures.filter((measure) => measure.isCost);

const families = [
  ['per_layer', ['#d55e00', '#f28e2b']], ['per_layer, asymmetric', ['#c2789f', '#e59ac4']],
  ['shift_scaler', mainColours], ['per_channel', ['#007a5e', '#2fc79a']], ['equalization', ['#7b5ea7', '#b79be0']]];

/** A row's family, as in the legend. */
function familyOf(row) {
  if (row.equalization) return 'equalization';
  return row.symmetric || row.scheme !== 'per_layer' ? row.scheme : 'per_layer, asymmetric';
}

function familyColour(row) {
  const family = families.find(([name]) => name === familyOf(row));
  return pick(family ? family[1] : ['#4d4d4d', '#c9ced6']);
}

function rowName(row) {
  if (row.scheme === 'float') return 'float';
  return `${row.label}${row.bias_correction ? ' + bias correction' : ''}`;
}

/** What stands beside a bar: a narrow window has room for less. */
function barName(row) {
  return innerWidth < 700 ? rowName(row).replace(' correction', '') : rowName(row);
}

// ---- summary ----

function closestCards() {
  if (!report.accuracy) {
    return [card('Accuracy', 'not measured', report.accuracy_not_measured)];
  }
  const cards = [card('Float', percentText(floatRow.top1, 2), `top-1; top-5 ${percentText(floatRow.top5, 2)}, `
    + plural(report.accuracy.images, 'image'))];
  const measured = evaluated.filter((row) => row.top1 !== null);
  if (!measured.length) return cards;
  const best = measured.reduce((a, b) => (b.top1 > a.top1 ? b : a));
  cards.push(card('Best top-1', percentText(best.top1, 2), rowName(best)));
  const close = measured.filter((row) => !row.isToldApart);
  if (!close.length) {
    cards.push(card('As good as float', 'none', 'every quantization is beyond two standard errors of float', 'bad'));
    return cards;
  }
  const least = close.reduce((a, b) => (b.parameter_bytes < a.parameter_bytes ? b : a));
  cards.push(card('Least parameters as good as float', quantity(least.parameter_bytes, 'B'),
    `${rowName(least)}: ${percentText(least.top1, 2)}, within two standard errors`, 'good'));
  return cards;
}

function rangeText(key) {
  const values = evaluated.map((row) => row[key]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? exactNumber(least) : `${exactNumber(least)} to ${exactNumber(most)}`;
}

function drawCards() {
  const cards = closestCards();
  if (evaluated.length) {
    const wrong = evaluated.filter((row) => row.mismatched_values > 0);
    cards.push(card('Cycles', rangeText('cycles'), 'of one inference, from reset'),
      card('Accumulator', rangeText('safe_accumulator_bits'), 'bits that overflow for no input', null, 'bits'),
      wrong.length ? card('Values', 'differ', wrong.map(rowName).join(', '), 'bad')
        : card('Values', 'bit-exact', `the simulated image of ${plural(evaluated.length, 'row')}`, 'good'));
  }
  const refused = quantized.length - evaluated.length;
  if (refused) cards.push(card('Not possible', exactNumber(refused), 'of the rows; the notes say why', 'bad'));
  byId('cards').replaceChildren(...cards);
}

// ---- charts ----

function shownRows(measure) {
  const shown = rows.filter((row) => !Number.isNaN(valueOf(row, measure)) && (row !== floatRow || measure.key !== 'difference'));
  return byId('order').value === 'value' ? [...shown].sort((a, b) => valueOf(b, measure) - valueOf(a, measure)) : shown;
}

function describeRow(row) {
  return `${rowName(row)}: ` + tableMeasures.filter((measure) => !Number.isNaN(valueOf(row, measure)))
    .map((measure) => `${measure.label} ${measureText(row, measure)}${measure.unit ? ' ' + measure.unit : ''}`).join(', ');
}

function tooltipLines(row) {
  return tableMeasures.filter((measure) => !Number.isNaN(valueOf(row, measure)))
    .map((measure) => `${measure.label}: ${measureText(row, measure)}${measure.unit ? ' ' + measure.unit : ''}`);
}

function rowColour(row) {
  return row === floatRow ? themeColour('muted') : familyColour(row);
}

function hasFloatMark(measure) {
  return measure.key === 'top1' || measure.key === 'top5';
}

addChart('rows', () => {
  if (!shownMeasures.length) return null;
  const measure = chosenMeasure('measure', shownMeasures);
  const shown = shownRows(measure);
  const height = 56 + (isPaper ? 14 : 20) * shown.length;
  const size = isPaper ? 9 : 12;
  return {
    height,
    config: {
      type: 'bar', plugins: [markAt(hasFloatMark(measure) ? floatRow[measure.key] : null, themeColour('ink'))],
      data: {labels: shown.map(barName), datasets: [{label: measure.label, data: shown.map((row) => valueOf(row, measure)),
        backgroundColor: shown.map((row) => rowColour(row) + (row.bias_correction || row === floatRow ? '' : '90')),
        barPercentage: 0.92, categoryPercentage: 0.86}]},
      options: chartOptions({
        indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false}, layout: {padding: {right: 14}},
        tooltip: {displayColors: false, callbacks: {
          title: (items) => (items.length ? rowName(shown[items[0].dataIndex]) : ''), label: (item) => tooltipLines(shown[item.dataIndex])}},
        scales: {
          x: {position: 'top', beginAtZero: true, ...(measure.unit === '%' ? {max: 1} : {}), ...axis(axisTitle(measure),
            {ticks: {callback: (value) => (measure.unit === '%' || measure.unit === 'points' ? Math.round(1000 * value) / 10 : shortNumber(value))}})},
          y: axis('', {grid: {display: false}, ticks: {autoSkip: false, color: themeColour('ink'), crossAlign: 'far', font: {size}}}),
        },
      }),
    },
    describe: (i) => describeRow(shown[i]),
  };
});

addChart('trade', () => {
  if (!costs.length) return null;
  const cost = chosenMeasure('cost', costs);
  const measure = chosenMeasure('measure', shownMeasures);
  const shown = evaluated.filter((row) => !Number.isNaN(valueOf(row, measure)) && !Number.isNaN(valueOf(row, cost)));
  const percent = measure.unit === '%' || measure.unit === 'points';
  const isLog = cost.key === 'parameter_bytes' && shown.every((row) => valueOf(row, cost) > 0);
  return {
    config: {
      type: 'scatter',
      data: {datasets: [{label: 'quantizations', pointRadius: 5.5, pointHoverRadius: 8, pointBorderWidth: 2,
        data: shown.map((row) => ({x: valueOf(row, cost), y: valueOf(row, measure), row})),
        pointBorderColor: shown.map(familyColour),
        pointBackgroundColor: shown.map((row) => (row.bias_correction ? familyColour(row) : 'transparent'))}]},
      options: chartOptions({
        tooltip: {displayColors: false, callbacks: {title: (items) => (items.length ? rowName(items[0].raw.row) : ''),
          label: (item) => tooltipLines(item.raw.row)}},
        scales: {
          x: {type: isLog ? 'logarithmic' : 'linear', ...(isLog ? {afterBuildTicks: logTicks} : {grace: '5%'}),
            ...axis(axisTitle(cost), {ticks: {callback: (value) => shortNumber(value)}})},
          y: {grace: '4%', ...axis(axisTitle(measure), {ticks: {callback: (value) => (percent ? Math.round(1000 * value) / 10 : shortNumber(value))}})},
        },
      }),
    },
    describe: (i) => describeRow(shown[i]),
  };
});

function drawLegends() {
  const present = families.filter(([name]) => evaluated.some((row) => familyOf(row) === name));
  const keys = (shape) => present.map(([name, colours]) => legendKey(name, {background: pick(colours)}, null, shape));
  byId('rows-legend').replaceChildren(...keys(), legendKey('paler: without bias correction', {background: themeColour('muted') + '70'}),
    ...(hasFloatMark(chosenMeasure('measure', shownMeasures)) && floatRow.top1 !== null ? [legendKey('float', {}, null, 'line')] : []));
  byId('cost-legend').replaceChildren(...keys('round'),
    legendKey('without bias correction', {borderColor: themeColour('muted')}, null, 'ring'));
}

function describeCharts() {
  const measure = chosenMeasure('measure', shownMeasures);
  const better = measure.isCost ? 'Less is better.' : 'More is better.';
  byId('rows-note').textContent = `${better} The calibration, the pictures and the machine are the same for all rows; bit-exact `
    + 'simulation of one image gives the cycles.';
  byId('cost-note').textContent = `Up: ${measure.label}, as chosen above. Across: what the row costs.`;
}

function drawTable() {
  const label = {...textColumn('quantization', (row) => row.label), value: (row) => row.index};
  const corrected = textColumn('corrected', (row) => (row === floatRow ? '-' : row.bias_correction ? 'yes' : 'no'));
  const columns = [label, corrected, ...presentMeasures(tableMeasures, rows).map(measureColumn)];
  if (report.accuracy) {
    columns.splice(columns.findIndex((column) => column.label.dataset.key === 'difference_se') + 1, 0,
      textColumn('told_apart', (row) => (row === floatRow || row.refused !== null ? '-' : row.isToldApart ? 'yes' : 'no')));
  }
  if (evaluated.length < quantized.length) columns.push(textColumn('not_possible', (row) => row.refused || ''));
  byId('row-table').replaceChildren(sortableTable('Quantizations', columns, rows));
}

function redrawChosen() {
  drawLegends();
  describeCharts();
  for (const id of ['rows', 'trade']) drawChart(id);
}

drawStudyHeader([extra.network, `${plural(quantized.length, 'quantization')} of one network`, report.hardware.name], 'comparison');
drawCards();
startStudy(() => {
  fillChoice('measure', shownMeasures, null, redrawChosen);
  fillChoice('cost', costs, 'parameter_bytes', redrawChosen);
  byId('order').addEventListener('change', redrawChosen);
  drawTable();
  drawLegends();
  describeCharts();
  onThemeChange(drawLegends);
});
