// SPDX-License-Identifier: Apache-2.0
// The charts of the layers: cycles by cause, utilisation, roofline; and of the units.

const maxChartLayers = 400;
const hiddenCauses = new Set();

/** {layers, leftOut}: in the chosen order; of very many those with most cycles. */
function chartLayers() {
  const all = layersOfImage();
  let layers = all;
  if (all.length > maxChartLayers) {
    const most = new Set([...all].sort((a, b) => b.span_cycles - a.span_cycles).slice(0, maxChartLayers));
    layers = all.filter((layer) => most.has(layer));
  }
  const by = {cycles: 'span_cycles', stalls: 'stall_cycles'}[state.order];
  if (by) layers = [...layers].sort((a, b) => b[by] - a[by]);
  return {layers, leftOut: all.length - layers.length};
}

/** What is left of the span: the unit had no instruction of this layer. */
function idleOf(layer) {
  return layer.span_cycles - layer.busy_cycles - layer.stall_cycles;
}

const causePart = (cause) => (layer) => (cause === 'busy' ? layer.busy_cycles
  : cause === 'idle' ? idleOf(layer) : layer.stalls[cause] || 0);

function layerCauses() {
  const idle = report.layers.some((layer) => idleOf(layer) > 0) ? ['idle'] : [];
  return ['busy', ...causesOf(report.layers.map((layer) => layer.stalls)), ...idle];
}

function rowHeight(rows) {
  return isPaper ? Math.min(18, Math.max(7.5, 560 / rows)) : 20;
}

function layerAxis(layers, isShown) {
  const rows = rowHeight(layers.length);
  // Labels that are empty keep the rows of both charts at one height.
  return axis('', {
    grid: {display: false, borderColor: themeColour('line')},
    afterFit: (scale) => { if (!isShown) scale.width = 8; },
    ticks: {autoSkip: false, color: themeColour('ink'), crossAlign: 'far', font: {size: Math.min(12, rows - 1.5)},
      callback: (value) => (isShown ? shortName(layers[value].name, isPaper || innerWidth < 700 ? 22 : 34) : ' ')},
  });
}

function barChart(layers, isNamed, datasets, x, tooltip) {
  return {
    type: 'bar',
    data: {labels: layers.map((layer) => layer.name), datasets},
    options: chartOptions({
      indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false}, tooltip,
      layout: {padding: {right: 14}},
      scales: {x: {position: 'top', ...x}, y: {stacked: true, ...layerAxis(layers, isNamed)}},
    }),
  };
}

function layerDescription(layer) {
  const stalls = Object.entries(layer.stalls).sort((a, b) => b[1] - a[1])
    .map(([cause, cycles]) => `${causeName(cause)} ${exactNumber(cycles)}`).join(', ');
  return `${layer.name}, ${layer.kind}: span ${cyclesText(layer.span_cycles)}, busy ${exactNumber(layer.busy_cycles)}, `
    + `stalled ${exactNumber(layer.stall_cycles)}${stalls ? ': ' + stalls : ''}; utilisation ${percentText(layer.utilization)}`;
}

addChart('layer-cycles', () => {
  const {layers} = chartLayers();
  const datasets = layerCauses().map((cause) => ({
    label: causeName(cause), cause, data: layers.map(causePart(cause)), backgroundColor: causeColour(cause),
    hidden: hiddenCauses.has(cause), barPercentage: 0.92, categoryPercentage: 0.86, stack: 'span',
  }));
  const tooltip = {
    filter: (item) => item.raw > 0, itemSort: (a, b) => a.datasetIndex - b.datasetIndex,
    callbacks: {
      title: (items) => (items.length ? `${layers[items[0].dataIndex].name} (${layers[items[0].dataIndex].kind})` : ''),
      label: (item) => ` ${item.dataset.label}: ${cyclesText(item.raw)}, `
        + percentText(item.raw / layers[item.dataIndex].span_cycles),
      footer: (items) => (items.length ? `span ${cyclesText(layers[items[0].dataIndex].span_cycles)}; adds `
        + `${exactNumber(layers[items[0].dataIndex].cycles)} to the total` : ''),
    },
  };
  const x = {stacked: true, ...axis('cycles of the layer’s compute unit', {ticks: {callback: (value) => shortNumber(value)}})};
  const height = 52 + rowHeight(layers.length) * layers.length;
  return {config: barChart(layers, true, datasets, x, tooltip), height, describe: (i) => layerDescription(layers[i])};
});

addChart('layer-utilization', () => {
  const {layers} = chartLayers();
  const isBeside = innerWidth > 1000 || isPaper;
  const tooltip = {callbacks: {
    title: (items) => (items.length ? layers[items[0].dataIndex].name : ''),
    label: (item) => ` ${percentText(item.raw, 2)} of the array’s peak`,
    footer: (items) => (items.length ? `${exactNumber(layers[items[0].dataIndex].macs)} MACs` : ''),
  }};
  const datasets = [{label: 'utilisation', data: layers.map((layer) => layer.utilization),
    backgroundColor: causeColour('busy'), barPercentage: 0.92, categoryPercentage: 0.86}];
  const x = {min: 0, max: 1, ...axis('utilisation', {ticks: {stepSize: 0.5, callback: (value) => `${100 * value} %`}})};
  const height = 52 + rowHeight(layers.length) * layers.length;
  return {config: barChart(layers, !isBeside, datasets, x, tooltip), height, describe: (i) => layerDescription(layers[i])};
});

function drawCauseLegend() {
  byId('cause-legend').replaceChildren(...layerCauses().map((cause) => {
    const text = cause === 'idle' ? 'no instruction of the layer' : activityTexts.get(cause);
    const key = legendKey(causeName(cause), {background: causeColour(cause)}, (isShown) => {
      if (isShown) hiddenCauses.delete(cause);
      else hiddenCauses.add(cause);
      const chart = charts['layer-cycles'];
      chart.setDatasetVisibility(chart.data.datasets.findIndex((set) => set.cause === cause), isShown);
      chart.update('none');
    });
    key.title = text;
    key.setAttribute('aria-pressed', String(!hiddenCauses.has(cause)));
    return key;
  }));
}

function describeLayers() {
  const {leftOut} = chartLayers();
  const parts = ['From the first to the last cycle of the layer’s compute unit (MAC array or vector unit): busy, '
    + 'waiting by cause, or without an instruction of this layer.'];
  if (leftOut) parts.push(`${plural(leftOut, 'layer')} with fewer cycles are in the table only.`);
  if (extra.layersLeftOut) parts.push(`${plural(extra.layersLeftOut, 'further layer')} of the later images are left out.`);
  byId('layer-note').textContent = parts.join(' ');
}

// ---- roofline ----

/** Layers with MACs; those without DRAM traffic stand at the right edge. */
function rooflinePoints() {
  const points = layersOfImage().filter((layer) => layer.macs > 0 && layer.span_cycles > 0).map((layer) => {
    const bytes = layer.dram_read_bytes + layer.dram_write_bytes;
    return {layer, bytes, x: bytes ? layer.macs / bytes : Infinity, y: layer.macs / layer.span_cycles};
  });
  const ridge = peakMacsPerCycle / dramBytesPerCycle;
  const finite = points.filter((at) => at.bytes).map((at) => at.x);
  const least = Math.min(ridge / 4, ...finite) / 1.5;
  const edge = Math.max(ridge * 4, ...finite) * 2;
  for (const at of points) if (!at.bytes) at.x = edge;
  return {points, ridge, least, edge};
}

addChart('roofline', () => {
  const {points, ridge, least, edge} = rooflinePoints();
  const kinds = [...new Set(points.map((at) => at.layer.kind))];
  const most = Math.max(1, ...points.map((at) => at.layer.span_cycles));
  const colour = (kind) => pick(kindColours[kinds.indexOf(kind) % kindColours.length]);
  const right = edge * 1.5;
  const datasets = [{
    label: 'layers', data: points, pointRadius: points.map((at) => 3.5 + 9 * Math.sqrt(at.layer.span_cycles / most)),
    pointHoverRadius: points.map((at) => 5 + 9 * Math.sqrt(at.layer.span_cycles / most)),
    pointBackgroundColor: points.map((at) => (at.bytes ? colour(at.layer.kind) + 'b8' : 'transparent')),
    pointBorderColor: points.map((at) => (at.bytes ? themeColour('card') : colour(at.layer.kind))),
    pointBorderWidth: points.map((at) => (at.bytes ? 1 : 2)),
  }, {
    label: 'roof', isLine: true, showLine: true, pointRadius: 0, pointHitRadius: 0, pointHoverRadius: 0,
    borderColor: themeColour('ink'), borderWidth: 1.8,
    data: [{x: least, y: least * dramBytesPerCycle}, {x: ridge, y: peakMacsPerCycle}, {x: right, y: peakMacsPerCycle}],
  }];
  const lowest = Math.min(least * dramBytesPerCycle, ...points.map((at) => at.y)) / 1.5;
  const scale = {type: 'logarithmic', afterBuildTicks: logTicks};
  byId('roofline-legend').replaceChildren(...kinds.map((kind) => legendKey(kind, {background: colour(kind)}, null, 'round')),
    legendKey('area: span in cycles', {borderColor: themeColour('muted')}, null, 'ring'));
  return {
    config: {
      type: 'scatter', data: {datasets},
      options: chartOptions({
        interaction: {mode: 'nearest', intersect: true},
        tooltip: {filter: (item) => !item.dataset.isLine, displayColors: false, callbacks: {
          title: (items) => (items.length ? `${items[0].raw.layer.name} (${items[0].raw.layer.kind})` : ''),
          label: ({raw}) => [raw.bytes ? `${shortNumber(raw.x)} MACs a DRAM byte` : 'no DRAM traffic',
            `${shortNumber(raw.y)} MACs a cycle, ${percentText(raw.layer.utilization)} of the peak`,
            `${exactNumber(raw.layer.macs)} MACs, ${exactNumber(raw.bytes)} DRAM bytes`],
        }},
        scales: {
          x: {...scale, min: least, max: right, ...axis('MACs per DRAM byte', {ticks: {callback: (value) => shortNumber(value)}})},
          y: {...scale, min: lowest, max: peakMacsPerCycle * 2, ...axis('MACs per cycle', {ticks: {callback: (value) => shortNumber(value)}})},
        },
      }),
    },
    describe: (i) => `${points[i].layer.name}: ${points[i].bytes ? shortNumber(points[i].x) + ' MACs a DRAM byte' : 'no DRAM traffic'}, `
      + `${shortNumber(points[i].y)} MACs a cycle`,
  };
});

function describeRoofline() {
  const {points, ridge} = rooflinePoints();
  const without = points.filter((at) => !at.bytes).length;
  const above = points.filter((at) => at.bytes && at.y > at.x * dramBytesPerCycle).length;
  const parts = [`Peak ${exactNumber(peakMacsPerCycle)} MACs a cycle; DRAM ${shortNumber(dramBytesPerCycle)} bytes a cycle; `
    + `they meet at ${shortNumber(ridge)} MACs a byte.`];
  if (without) parts.push(`${plural(without, 'layer')} without DRAM traffic: rings at the right edge.`);
  if (above) parts.push(`${plural(above, 'point')} above the slope: weights that came while earlier layers ran.`);
  byId('roofline-note').textContent = parts.join(' ');
}

// ---- units ----

function unitCauses() {
  return ['busy', ...causesOf(extra.units.map((unit) => unit.stalls)), 'idle'];
}

function unitPart(unit, cause) {
  return cause === 'busy' ? unit.busy : cause === 'idle' ? unit.idle : unit.stalls[cause] || 0;
}

addChart('units', () => {
  const units = extra.units;
  byId('unit-legend').replaceChildren(...unitCauses().map((cause) => {
    const key = legendKey(causeName(cause), {background: causeColour(cause)});
    key.title = activityTexts.get(cause);
    return key;
  }));
  return {
    config: {
      type: 'bar',
      data: {labels: units.map((unit) => unit.name), datasets: unitCauses().map((cause) => ({
        label: causeName(cause), cause, data: units.map((unit) => unitPart(unit, cause)),
        backgroundColor: causeColour(cause), barPercentage: 0.9, categoryPercentage: 0.8}))},
      options: chartOptions({
        indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false}, layout: {padding: {right: 10}},
        tooltip: {filter: (item) => item.raw > 0, itemSort: (a, b) => a.datasetIndex - b.datasetIndex, callbacks: {
          label: (item) => ` ${item.dataset.label}: ${cyclesText(item.raw)}, ${percentText(item.raw / report.cycles.total)}`}},
        scales: {
          x: {stacked: true, max: report.cycles.total, ...axis('cycles', {ticks: {callback: (value) => shortNumber(value)}})},
          y: {stacked: true, ...axis('', {grid: {display: false}, ticks: {color: themeColour('ink'), autoSkip: false}})},
        },
      }),
    },
    describe: (i) => `${units[i].name}: ` + unitCauses().filter((cause) => unitPart(units[i], cause) > 0)
      .map((cause) => `${causeName(cause)} ${exactNumber(unitPart(units[i], cause))}`).join(', '),
  };
});
