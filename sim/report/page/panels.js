// SPDX-License-Identifier: Apache-2.0
// The summary, schemes, energy, tables; and the start of it all.

const energy = report.energy, accuracy = report.accuracy;

/** Four digits with a prefix: 18.86 mJ. */
function joules(picojoules) {
  const [factor, unit] = [[1e12, 'J'], [1e9, 'mJ'], [1e6, 'µJ'], [1e3, 'nJ'], [1, 'pJ']]
    .find(([least]) => picojoules >= least) || [1, 'pJ'];
  return `${Number((picojoules / factor).toPrecision(4))} ${unit}`;
}

function accuracyCard() {
  if (!accuracy) return card('Accuracy', 'not measured', report.accuracy_not_measured || 'a Program is simulated without a data set');
  const points = 100 * (accuracy.quantized_top1 - accuracy.float_top1);
  return card('Top-1', percentText(accuracy.quantized_top1, 2),
    `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)} points to float (${percentText(accuracy.float_top1, 2)}), `
    + plural(accuracy.images, 'image'));
}

function valuesCard() {
  const {simulation} = report;
  if (simulation.bit_exact === undefined) {
    return card('Values', simulation.output_sha256 ? 'computed' : 'timing only', simulation.output_sha256
      ? `${plural(simulation.images, 'image')}; nothing to compare with` : 'no value was computed');
  }
  return simulation.bit_exact
    ? card('Values', 'bit-exact', `every value of ${plural(simulation.images, 'simulated image')} equals the integer network’s`, 'good')
    : card('Values', 'differ', `${plural(simulation.mismatched_values, 'value')} of ${plural(simulation.images, 'image')}`, 'bad');
}

/** Five digits: 26.996 µs. */
function latencyText(seconds) {
  const [factor, unit] = [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns']].find(([least]) => seconds >= least) || [1e-9, 'ns'];
  return `${Number((seconds / factor).toPrecision(5))} ${unit}`;
}

function drawCards() {
  const {cycles, memory} = report;
  const parameters = memory.weights_bytes + memory.bias_bytes + memory.requant_bytes + memory.channel_shift_bytes;
  const steady = cycles.steady_state_total === undefined ? `from reset${images > 1 ? `, ${plural(images, 'image')}` : ''}`
    : `from reset; ${exactNumber(cycles.steady_state_total)} for one more image`;
  const cards = [accuracyCard(), valuesCard(),
    card('Cycles', exactNumber(cycles.total), steady),
    card('Latency', latencyText(cycles.latency_seconds), `at ${quantity(hardware.clockHz, 'Hz')}`),
    card('Utilisation', percentText(cycles.utilization), `of ${exactNumber(peakMacsPerCycle)} MACs a cycle`),
    card('Parameters', quantity(parameters, 'B'), `${exactNumber(parameters)} bytes: weights, biases, scales, shifts`),
    card('Activations', quantity(memory.activation_peak_bytes, 'B'), `peak on chip, of ${quantity(activation.capacityBytes, 'B')}`),
    card('DRAM traffic', quantity(memory.dram_read_bytes + memory.dram_write_bytes, 'B'),
      `${quantity(memory.dram_read_bytes, 'B')} read, ${quantity(memory.dram_write_bytes, 'B')} written`)];
  if (energy) {
    cards.push(card('Energy', joules(energy.total_picojoules), `estimated with ${energy.technology}`
      + (energy.average_watts === undefined ? '' : `; ${quantity(energy.average_watts, 'W')} on average`)));
    cards.push(card('Area', quantity(report.area.total_square_micrometres, 'µm²'), 'without DRAM'));
  }
  byId('cards').replaceChildren(...cards);
}

function drawHeader() {
  const layers = report.layers.filter((layer) => (layer.image || 0) === 0);
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  byId('title').textContent = report.workload.name;
  const accumulator = `${report.hardware.accumulator_bits}-bit accumulators, ${report.hardware.accumulator}`;
  byId('subtitle').textContent = [
    `${extra.network}, ${plural(layers.length, 'layer')}, ${exactNumber(macs)} MACs`, extra.quantizationText,
    `${report.hardware.name}: ${hardware.rows} × ${hardware.columns} MACs at ${quantity(hardware.clockHz, 'Hz')}, `
    + `DRAM ${quantity(hardware.dramBytesPerSecond, 'B/s')}`, accumulator].join(' · ');
  byId('footer').textContent = `Made by npusim ${extra.version} from one run; every number is that of its report. `
    + `Hardware ${report.hardware.config_hash}. Charts by Chart.js 3.9.1 (MIT).`;
  const notes = report.notes || [];
  byId('notes-panel').hidden = notes.length === 0;
  byId('notes').replaceChildren(...notes.map((note) => element('li', {}, note)));
}

// ---- schemes ----

function schemeRows() {
  const order = ['per_layer', 'shift_scaler', 'per_channel'];
  const names = Object.keys(accuracy.schemes).sort((a, b) => (order.indexOf(a) + 9) % 9 - (order.indexOf(b) + 9) % 9);
  return [{name: 'float', top1: accuracy.float_top1, bytes: NaN},
    ...names.map((name) => ({name, top1: accuracy.schemes[name].quantized_top1, bytes: accuracy.schemes[name].parameter_bytes}))];
}

addChart('schemes', () => {
  if (!accuracy) return null;
  const rows = schemeRows();
  const own = (row) => row.name === report.quantization.scheme;
  return {
    config: {
      type: 'bar',
      data: {labels: rows.map((row) => row.name), datasets: [{label: 'top-1', data: rows.map((row) => row.top1), maxBarThickness: 30,
        backgroundColor: rows.map((row) => (own(row) ? causeColour('busy') : row.name === 'float' ? themeColour('muted')
          : causeColour('busy') + '70'))}]},
      options: chartOptions({
        indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false}, layout: {padding: {right: 14}},
        tooltip: {displayColors: false, callbacks: {label: (item) => `top-1 ${percentText(item.raw, 2)}`}},
        scales: {x: {min: 0, max: 1, ...axis('top-1', {ticks: {callback: (value) => `${Math.round(100 * value)} %`}})},
          y: axis('', {grid: {display: false}, ticks: {color: themeColour('ink')}})},
      }),
    },
    describe: (i) => `${rows[i].name}: top-1 ${percentText(rows[i].top1, 2)}`,
  };
});

function drawSchemes() {
  if (!accuracy) {
    byId('schemes').parentElement.hidden = true;
    for (const id of ['schemes-panel', 'energy-panel']) byId(id).classList.add('alone');
    byId('schemes-table').replaceChildren(element('p', {class: 'muted'}, report.accuracy_not_measured
      || 'No data set was shown: npusim run measures the accuracy of all schemes.'));
    return;
  }
  const table = sortableTable('Schemes', [
    {label: 'scheme', text: (row) => row.name, value: (row) => row.name},
    {label: 'top-1', number: true, text: (row) => percentText(row.top1, 2), value: (row) => row.top1},
    {label: 'to float', number: true, value: (row) => row.top1,
      text: (row) => (row.name === 'float' ? '-' : `${(100 * (row.top1 - accuracy.float_top1)).toFixed(2)} points`)},
    {label: 'parameters', number: true, text: (row) => (Number.isNaN(row.bytes) ? '-' : plural(row.bytes, 'byte')),
      value: (row) => (Number.isNaN(row.bytes) ? -1 : row.bytes)},
  ], schemeRows(), (line, row) => { if (row.name === report.quantization.scheme) line.className = 'chosen'; });
  table.classList.add('plain-table');
  byId('schemes-table').replaceChildren(table, element('p', {class: 'muted small'},
    `Over ${plural(accuracy.images, 'image')}; bold is what was simulated. Parameters: requantization and channel shifts.`));
}

// ---- energy ----

function energyRows() {
  const areas = report.area.by_unit_square_micrometres;
  const rows = Object.entries(energy.by_unit).map(([name, unit]) => ({name, dynamic: unit.dynamic_picojoules,
    fixed: unit.static_picojoules, area: areas[name] === undefined ? NaN : areas[name]}));
  return rows.sort((a, b) => b.dynamic + b.fixed - a.dynamic - a.fixed);
}

addChart('energy', () => {
  if (!energy) return null;
  const rows = energyRows();
  const colours = {dynamic: causeColour('busy'), fixed: causeColour('wait_dma_weights')};
  byId('energy-legend').replaceChildren(legendKey('dynamic', {background: colours.dynamic}), legendKey('static', {background: colours.fixed}));
  const set = (label, key) => ({label, data: rows.map((row) => row[key]), backgroundColor: colours[key]});
  return {
    config: {
      type: 'bar', data: {labels: rows.map((row) => row.name), datasets: [set('dynamic', 'dynamic'), set('static', 'fixed')]},
      options: chartOptions({
        indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false}, layout: {padding: {right: 14}},
        tooltip: {callbacks: {label: (item) => ` ${item.dataset.label}: ${joules(item.raw)}`}},
        scales: {x: {stacked: true, ...axis('energy', {ticks: {callback: (value) => joules(value)}})},
          y: {stacked: true, ...axis('', {grid: {display: false}, ticks: {color: themeColour('ink'), autoSkip: false}})}},
      }),
    },
    describe: (i) => `${rows[i].name}: dynamic ${joules(rows[i].dynamic)}, static ${joules(rows[i].fixed)}`,
  };
});

function drawEnergy() {
  if (!energy) {
    byId('energy-panel').hidden = true;
    byId('schemes-panel').classList.add('alone');
    return;
  }
  const number = (label, key, text) => ({label, number: true, text: (row) => text(row[key]),
    value: (row) => (Number.isNaN(row[key]) ? -1 : row[key])});
  const table = sortableTable('Energy and area by unit', [
    {label: 'unit', text: (row) => row.name, value: (row) => row.name}, number('dynamic', 'dynamic', joules),
    number('static', 'fixed', joules), number('area', 'area', (value) => quantity(value, 'µm²'))], energyRows());
  table.classList.add('plain-table');
  byId('energy-table').replaceChildren(table);
}

// ---- tables ----

const layerColumnTexts = {
  name: ['name', ''], kind: ['kind', ''], macs: ['MACs', ''], cycles: ['cycles', 'added'], span_cycles: ['span', 'cycles'],
  utilization: ['util', '%'], bound_by: ['bound by', ''], compute_bound_cycles: ['compute bound', 'cycles'],
  memory_bound_cycles: ['memory bound', 'cycles'], busy_cycles: ['busy', 'cycles'], stall_cycles: ['stalled', 'cycles'],
  dram_read_bytes: ['DRAM read', 'bytes'], dram_write_bytes: ['DRAM written', 'bytes'], weights_bytes: ['weights', 'bytes'],
  energy_picojoules: ['energy', ''], dataflow: ['dataflow', ''], spilled: ['spilled', ''],
  safe_accumulator_bits: ['sums need', 'bits'], stalls: ['stalls by cause', 'cycles'],
};

/** What a key of a layer shows. */
function layerCell(key, value) {
  if (value === undefined) return '-';
  if (key === 'utilization') return (100 * value).toFixed(1);
  if (key === 'energy_picojoules') return joules(value);
  if (key === 'stalls') return Object.entries(value).sort((a, b) => b[1] - a[1]).map(([cause, cycles]) => `${cause} ${exactNumber(cycles)}`).join(', ') || '-';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? exactNumber(value) : String(value);
}

/** All keys that some layer has: those above in their order, then what else there is. */
function layerColumns(layers) {
  const found = new Set(layers.flatMap((layer) => Object.keys(layer)));
  for (const key of ['image', 'energy_by_unit_picojoules']) found.delete(key);
  const known = Object.keys(layerColumnTexts).filter((key) => found.has(key));
  const others = [...found].filter((key) => !(key in layerColumnTexts)).sort();
  return [...known, ...others].map((key) => {
    const [label, unit] = layerColumnTexts[key] || [key.replaceAll('_', ' '), ''];
    const isNumber = layers.some((layer) => typeof layer[key] === 'number');
    const head = element('span', {'data-key': key}, label, unit ? element('span', {class: 'unit'}, unit) : null);
    const text = (layer) => layerCell(key, layer[key]);
    return {label: head, number: isNumber, text, value: (layer) => (isNumber ? layer[key] ?? -1 : text(layer)),
      cell: key === 'name' ? (layer) => element('span', {title: layer.name}, layer.name) : null};
  });
}

function drawLayerTable() {
  const layers = layersOfImage();
  byId('layer-table').replaceChildren(sortableTable('Layers', layerColumns(layers), layers));
}

const footprintTexts = {
  weights_bytes: 'weights', bias_bytes: 'biases', requant_bytes: 'requantization parameters', channel_shift_bytes: 'channel shifts',
  instructions_bytes: 'instructions', activation_peak_bytes: 'activations, peak on chip',
  spilled_activation_bytes: 'activations, through DRAM', dram_read_bytes: 'DRAM read', dram_write_bytes: 'DRAM written',
};

function drawFootprint() {
  const keys = [...Object.keys(footprintTexts), ...Object.keys(report.memory)];
  const rows = [...new Set(keys)].filter((key) => typeof report.memory[key] === 'number');
  const table = sortableTable('Memory', [
    {label: 'what', text: (key) => footprintTexts[key] || key, value: (key) => footprintTexts[key] || key},
    {label: 'bytes', number: true, text: (key) => exactNumber(report.memory[key]), value: (key) => report.memory[key]}], rows);
  table.classList.add('plain-table');
  byId('footprint-table').replaceChildren(table);
}

function drawUnitTable() {
  const stalled = (unit) => Object.values(unit.stalls).reduce((sum, value) => sum + value, 0);
  const number = (label, of) => ({label, number: true, text: (unit) => exactNumber(of(unit)), value: of});
  const table = sortableTable('Units', [
    {label: 'unit', text: (unit) => unit.name, value: (unit) => unit.name}, number('busy', (unit) => unit.busy),
    number('stalled', stalled), number('idle', (unit) => unit.idle),
    {label: 'stalls by cause', text: (unit) => layerCell('stalls', unit.stalls), value: stalled}], extra.units);
  table.classList.add('plain-table');
  byId('unit-table').replaceChildren(table);
}

/** key.key: value of all that is no list or object. */
function flattened(value, prefix) {
  if (value === null || typeof value !== 'object') return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([key, part]) => flattened(part, prefix ? `${prefix}.${key}` : key));
}

function drawConfiguration() {
  byId('configuration-panel').hidden = !report.configuration;
  if (!report.configuration) return;
  byId('configuration').replaceChildren(...flattened(report.configuration, '').map(([key, value]) =>
    element('div', {}, element('span', {}, key), element('span', {}, value))));
}

// ---- start ----

function drawImageCharts() {
  drawCauseLegend();
  describeLayers();
  describeRoofline();
  for (const id of ['layer-cycles', 'layer-utilization', 'roofline']) drawChart(id);
}

function startControls() {
  byId('order').addEventListener('change', () => {
    state.order = byId('order').value;
    drawImageCharts();
  });
  if (shownImages === 0) return;
  byId('image-choice').hidden = false;
  byId('image').append(...Array.from({length: shownImages + 1}, (_, image) => element('option', {value: image}, String(image))));
  byId('image').value = String(state.image);
  byId('image').addEventListener('change', () => {
    state.image = Number(byId('image').value);
    drawImageCharts();
    drawLayerTable();
  });
}

function redraw() {
  drawCauseLegend();
  describeMap();
  drawCharts();
  drawMap();
}

/** All below the summary. */
function start() {
  startControls();
  startChannels();
  startMapRange();
  drawSchemes();
  drawEnergy();
  drawLayerTable();
  drawFootprint();
  drawUnitTable();
  drawConfiguration();
  describeLayers();
  describeRoofline();
  if (channelLayers.length) showChannelLayer(widestLayer());
  redraw();
  onThemeChange(redraw);
  let widthBefore = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === widthBefore || isPaper) return;
    widthBefore = innerWidth;
    drawMap();
  });
  document.documentElement.dataset.drawn = 'all';
}

// The summary is on the screen before the charts are drawn.
drawHeader();
drawCards();
requestAnimationFrame(() => setTimeout(start));
