// SPDX-License-Identifier: Apache-2.0
// Where a quantized network loses accuracy: summary, two measures of the layers side by side, table.

const layers = report.layers.map((layer, index) => ({...layer, index}));
const maxChartLayers = 400;
const worstIsLeast = (measure) => (measure.lessIsBetter ? -1 : 1);

const measures = [
  {key: 'output_sqnr_db', label: 'SQNR of the layer’s output', head: 'output', unit: 'dB', text: decimals(1)},
  {key: 'network_sqnr_alone_db', label: 'SQNR of the network, layer alone', head: 'alone', unit: 'dB', text: decimals(1)},
  {key: 'top1_loss_alone', label: 'top-1 lost, layer alone', head: 'loss alone', unit: 'points', text: (value) => (100 * value).toFixed(2), lessIsBetter: true},
  {key: 'top1_loss_alone_se', label: 'its standard error', head: 's.e.', unit: 'points', text: (value) => (100 * value).toFixed(2), isTableOnly: true},
  {key: 'weight_sqnr_db', label: 'SQNR of the weights, mean', head: 'weights', unit: 'dB', text: decimals(1)},
  {key: 'weight_sqnr_worst_db', label: 'SQNR of the weights, worst channel', head: 'worst', unit: 'dB', text: decimals(1)},
  {key: 'channel_range_spread_octaves', label: 'spread of the channels’ ranges', head: 'spread', unit: 'octaves', text: decimals(1), lessIsBetter: true},
  {key: 'channel_range_full_octaves', label: 'whole spread of the channels’ ranges', head: 'whole', unit: 'octaves', text: decimals(1), lessIsBetter: true},
  {key: 'channels', label: 'channels', unit: '', text: exactNumber, isTableOnly: true},
  {key: 'live_channels', label: 'live', unit: 'channels', text: exactNumber, isTableOnly: true},
  {key: 'lost_channels', label: 'channels lost', head: 'lost', unit: 'channels', text: exactNumber, lessIsBetter: true},
  {key: 'weight_bits', label: 'weights', unit: 'bits', text: exactNumber, isTableOnly: true},
];
const tableMeasures = presentMeasures(measures, layers);
const chartMeasures = tableMeasures.filter((measure) => !measure.isTableOnly);

// ---- summary ----

function namedCard(name, layerName, more, kind) {
  return card(name, layerName === null ? 'none' : shortName(layerName, 24), more, kind);
}

function divergenceCard() {
  const name = report.first_divergent_layer;
  const least = layers.reduce((a, b) => (b.output_sqnr_db < a.output_sqnr_db ? b : a));
  return namedCard('First divergent layer', name, name === null
    ? `no output is below ${report.threshold_db} dB; the least is ${least.output_sqnr_db.toFixed(1)} dB, of ${least.name}`
    : `the first whose output is below ${report.threshold_db} dB`, name === null ? 'good' : 'bad');
}

function drawCards() {
  const {accuracy} = report;
  const cards = [];
  if (accuracy) {
    const points = 100 * (accuracy.quantized_top1 - accuracy.float_top1);
    cards.push(card('Top-1', percentText(accuracy.quantized_top1, 2),
      `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)} points to float (${percentText(accuracy.float_top1, 2)})`));
  }
  cards.push(card('Shown', plural(report.images.shown, 'image'), `of ${exactNumber(report.images.of)} ${report.images.from}`));
  if (layers.length) cards.push(divergenceCard());
  const sensitive = layers.find((layer) => layer.name === report.most_sensitive_layer);
  if (sensitive) {
    cards.push(namedCard('Most sensitive', sensitive.name, `quantized alone: the network’s output has ${sensitive.network_sqnr_alone_db.toFixed(1)} dB`
      + (sensitive.top1_loss_alone === null ? '' : `, top-1 loses ${(100 * sensitive.top1_loss_alone).toFixed(2)} points`)));
  }
  const widest = layers.find((layer) => layer.name === report.widest_layer);
  if (widest) {
    cards.push(namedCard('Widest channel ranges', widest.name,
      `the largest channel’s is ${exactNumber(Number(widest.channel_range_spread.toPrecision(3)))} times the median’s`));
  }
  const lost = layers.reduce((sum, layer) => sum + (layer.lost_channels || 0), 0);
  cards.push(card('Channels lost', exactNumber(lost), 'live channels whose codes are all 0', lost ? 'bad' : 'good'));
  byId('cards').replaceChildren(...cards);
}

// ---- charts ----

/** In the chosen order, the worst of very many. */
function chartLayers() {
  const by = byId('order').value;
  const key = chosenMeasure(by === 'right' ? 'right' : 'left', chartMeasures);
  const rank = (layer) => (Number.isNaN(valueOf(layer, key)) ? Infinity : worstIsLeast(key) * valueOf(layer, key));
  const worst = [...layers].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)];
    return left < right ? -1 : left > right ? 1 : a.index - b.index;
  }).slice(0, maxChartLayers);
  return by === 'network' ? worst.sort((a, b) => a.index - b.index) : worst;
}

function describeLayer(layer) {
  return `${layer.name}, ${layer.kind}: ` + tableMeasures.filter((measure) => !Number.isNaN(valueOf(layer, measure)))
    .map((measure) => `${measure.label} ${measureText(layer, measure)}${measure.unit ? ' ' + measure.unit : ''}`).join(', ');
}

function layerChart(choice, isNamed) {
  const shown = chartLayers();
  const measure = chosenMeasure(choice, chartMeasures);
  const rowHeight = isPaper ? Math.min(18, Math.max(7.5, 560 / shown.length)) : 20;
  const isDivergent = (layer) => measure.key === 'output_sqnr_db' && valueOf(layer, measure) < report.threshold_db;
  const threshold = measure.key === 'output_sqnr_db' ? report.threshold_db : null;
  const size = Math.min(12, rowHeight - 1.5);
  return {
    height: 56 + rowHeight * shown.length,
    describe: (i) => describeLayer(shown[i]),
    config: {
      type: 'bar', plugins: [markAt(threshold, themeColour('mark'))],
      data: {labels: shown.map((layer) => layer.name), datasets: [{label: measure.label,
        data: shown.map((layer) => valueOf(layer, measure)), barPercentage: 0.92, categoryPercentage: 0.86,
        backgroundColor: shown.map((layer) => (isDivergent(layer) ? themeColour('mark') : pick(mainColours)))}]},
      options: chartOptions({
        indexAxis: 'y', interaction: {mode: 'index', axis: 'y', intersect: false}, layout: {padding: {right: 14}},
        tooltip: {displayColors: false, callbacks: {
          title: (items) => (items.length ? `${shown[items[0].dataIndex].name} (${shown[items[0].dataIndex].kind})` : ''),
          label: (item) => `${measure.label}: ${measureText(shown[item.dataIndex], measure)} ${measure.unit}`}},
        scales: {
          x: {position: 'top', beginAtZero: true, ...(measure.unit === 'points' ? {suggestedMax: 0.01} : {}), ...axis(axisTitle(measure), {ticks: {callback: (value) => (measure.unit === 'points'
            ? Number((100 * value).toPrecision(4)) : shortNumber(value))}})},
          y: axis('', {grid: {display: false}, afterFit: (scale) => { if (!isNamed) scale.width = 8; },
            ticks: {autoSkip: false, color: themeColour('ink'), crossAlign: 'far', font: {size},
              callback: (value) => (isNamed ? shortName(shown[value].name, isPaper || innerWidth < 700 ? 22 : 34) : ' ')}}),
        },
      }),
    },
  };
}

addChart('left-measure', () => (chartMeasures.length ? layerChart('left', true) : null));
addChart('right-measure', () => (chartMeasures.length ? layerChart('right', !(innerWidth > 1000 || isPaper)) : null));

function describeCharts() {
  const parts = ['In decibels more is better; of losses, spreads and lost channels less.'];
  if (chosenMeasure('left', chartMeasures).key === 'output_sqnr_db' || chosenMeasure('right', chartMeasures).key === 'output_sqnr_db') {
    parts.push(`Dashed: ${report.threshold_db} dB, below which an output counts as diverged.`);
  }
  if (layers.length > maxChartLayers) parts.push(`The ${maxChartLayers} worst layers are drawn; all are in the table.`);
  byId('layer-note').textContent = parts.join(' ');
}

/** "0 to 14": the shifts that channels have. */
function shiftsText(layer) {
  if (!layer.shift_histogram) return '-';
  const used = layer.shift_histogram.map((count, shift) => (count ? shift : -1)).filter((shift) => shift >= 0);
  if (!used.length) return '-';
  const [least, most] = [used[0], used[used.length - 1]];
  return least === most ? String(least) : `${least} to ${most}`;
}

function drawTable() {
  const name = {...textColumn('name', (layer) => layer.name), value: (layer) => layer.index};
  const shifts = {...textColumn('shifts', shiftsText), value: (layer) => (layer.shift_histogram || []).reduce((most, count, shift) => (count ? shift : most), -1)};
  const columns = [name, textColumn('kind', (layer) => layer.kind), ...tableMeasures.map(measureColumn)];
  if (layers.some((layer) => layer.shift_histogram)) columns.push(shifts);
  byId('layer-table').replaceChildren(sortableTable('Layers', columns, layers));
}

function redrawChosen() {
  describeCharts();
  for (const id of ['left-measure', 'right-measure']) drawChart(id);
}

drawStudyHeader([`${extra.network}, ${plural(layers.length, 'layer')}`, extra.quantizationText, report.hardware.name], 'analysis');
drawCards();
startStudy(() => {
  fillChoice('left', chartMeasures, null, redrawChosen);
  fillChoice('right', chartMeasures, layers.some((layer) => layer.top1_loss_alone !== null && layer.top1_loss_alone !== 0) ? 'top1_loss_alone' : 'network_sqnr_alone_db', redrawChosen);
  byId('order').addEventListener('change', redrawChosen);
  describeCharts();
  drawTable();
  startChannels();
  if (channelLayers.length) showChannelLayer(widestLayer());
});
