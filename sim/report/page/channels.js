// SPDX-License-Identifier: Apache-2.0
// The ranges of a layer's output channels before and after the scheme's scaling, and its shifts.

const channelLayers = extra.channels;
let channelLayer = 0;

/** Channels that are not all zeros, from the largest range to the smallest. */
function rankedChannels(layer) {
  return layer.before.map((before, channel) => ({channel, before, after: layer.after[channel],
    shift: layer.shifts.length ? layer.shifts[channel] : null}))
    .filter((each) => each.before !== null && each.after !== null)
    .sort((a, b) => b.before - a.before || a.channel - b.channel);
}

function shiftCounts(layer) {
  const counts = Array(Math.max(0, ...layer.shifts) + 1).fill(0);
  for (const shift of layer.shifts) counts[shift] += 1;
  return counts;
}

/** In octaves: 0 is the full code range. */
const octaves = (hundredths) => hundredths / 100;

addChart('channel-ranges', () => {
  if (!channelLayers.length) return null;
  const layer = channelLayers[channelLayer];
  const channels = rankedChannels(layer);
  const lost = octaves(layer.lostBelow);
  const least = Math.min(-4, lost - 1, ...channels.map((each) => octaves(Math.min(each.before, each.after))));
  const size = Math.max(2, Math.min(4.5, 330 / Math.max(1, channels.length)));
  const before = pick(['#d55e00', '#f28e2b']), after = pick(['#0072b2', '#62b8ee']);
  const points = (key) => channels.map((each, rank) => ({x: rank + 1, y: octaves(each[key]), each}));
  const datasets = [
    {label: 'before', data: points('before'), pointRadius: size, pointHoverRadius: size + 2,
      pointBorderColor: before, pointBorderWidth: 1.5, pointBackgroundColor: 'transparent'},
    {label: 'after', data: points('after'), pointRadius: size, pointHoverRadius: size + 2,
      pointBackgroundColor: after, pointBorderWidth: 0},
    {label: 'lost below', isLine: true, showLine: true, pointRadius: 0, pointHitRadius: 0, borderDash: [6, 4],
      borderColor: themeColour('ink'), borderWidth: 1.3, data: [{x: 0.5, y: lost}, {x: channels.length + 0.5, y: lost}]},
  ];
  byId('channel-legend').replaceChildren(
    legendKey('before: one scale for the layer', {borderColor: before}, null, 'ring'),
    legendKey('after: ' + schemeText(layer), {background: after}, null, 'round'),
    legendKey(`below: every ${layer.bits}-bit code is 0`, {}, null, 'line'));
  const say = (each) => `channel ${each.channel}: before ${octaves(each.before)}, after ${octaves(each.after)} octaves`
    + (each.shift === null ? '' : `, shift ${each.shift}`);
  return {
    config: {
      type: 'scatter', data: {datasets},
      options: chartOptions({
        interaction: {mode: 'nearest', axis: 'x', intersect: false},
        tooltip: {filter: (item) => !item.dataset.isLine, callbacks: {
          title: (items) => (items.length ? `channel ${items[0].raw.each.channel}`
            + (items[0].raw.each.shift === null ? '' : `, shift ${items[0].raw.each.shift}`) : ''),
          label: (item) => ` ${item.dataset.label}: 2^${item.raw.y} of the code range`}},
        scales: {
          x: {min: 0.5, max: Math.max(1, channels.length) + 0.5, ...axis('output channels, largest range first',
            {grid: {display: false}, ticks: {precision: 0, callback: (value) => (Number.isInteger(value) ? value : '')}})},
          y: {min: Math.max(-24, 2 * Math.floor(least / 2)), max: 0.5, ...axis('log2 of the used share',
            {ticks: {stepSize: 2, callback: (value) => (Number.isInteger(value) ? value : '')}})},
        },
      }),
    },
    describe: (i) => say(channels[i]),
  };
});

function schemeText(layer) {
  return {shift_scaler: 'shifted by the channel’s shift', per_channel: 'a scale for each channel',
    per_layer: 'one scale for the layer'}[layer.scheme] || layer.scheme;
}

addChart('channel-shifts', () => {
  const layer = channelLayers[channelLayer];
  byId('shift-box').hidden = !layer || !layer.shifts.length;
  if (!layer || !layer.shifts.length) return null;
  const counts = shiftCounts(layer);
  return {
    config: {
      type: 'bar',
      data: {labels: counts.map((_, shift) => String(shift)), datasets: [{label: 'channels', data: counts,
        backgroundColor: pick(mainColours), maxBarThickness: 46}]},
      options: chartOptions({
        interaction: {mode: 'index', intersect: false},
        tooltip: {displayColors: false, callbacks: {title: (items) => (items.length ? `shift ${items[0].label}` : ''),
          label: (item) => plural(item.raw, 'channel')}},
        scales: {x: axis('channel shift, bits', {grid: {display: false}}),
          y: {beginAtZero: true, ...axis('channels', {ticks: {precision: 0, maxTicksLimit: 4}})}},
      }),
    },
    describe: (i) => `shift ${i}: ${plural(counts[i], 'channel')}`,
  };
});

/** Hundredths of an octave from the largest range to the smallest live one. */
function spreadOf(layer) {
  const live = layer.before.filter((each) => each !== null && octaves(each) >= -23);
  return live.length ? Math.max(...live) - Math.min(...live) : 0;
}

/** The layer with the widest ranges, which says most. */
function widestLayer() {
  return channelLayers.reduce((best, layer, i) => (spreadOf(layer) > spreadOf(channelLayers[best]) ? i : best), 0);
}

function describeChannels() {
  const layer = channelLayers[channelLayer];
  const channels = rankedChannels(layer);
  const parts = [`${layer.kind}, ${plural(layer.before.length, 'channel')}, ${layer.bits}-bit weights, ${layer.scheme}`];
  if (layer.shifts.length) parts[0] += `, shifts ${Math.min(...layer.shifts)} to ${Math.max(...layer.shifts)}`;
  if (spreadOf(layer) > 0) {
    parts.push(`the largest range is ${exactNumber(Number((2 ** octaves(spreadOf(layer))).toPrecision(3)))} times the smallest`);
  }
  const below = (key) => channels.filter((each) => each[key] < layer.lostBelow).length;
  parts.push(`${below('before')} lost before, ${below('after')} after`);
  const zeros = layer.before.length - channels.length;
  if (zeros) parts.push(`${plural(zeros, 'channel')} of zeros not shown`);
  byId('channel-summary').textContent = parts.join('; ') + '.';
}

function showChannelLayer(index) {
  channelLayer = Math.min(Math.max(index, 0), channelLayers.length - 1);
  byId('channel-layer').value = String(channelLayer);
  byId('channel-before').disabled = channelLayer === 0;
  byId('channel-next').disabled = channelLayer === channelLayers.length - 1;
  describeChannels();
  drawChart('channel-ranges');
  drawChart('channel-shifts');
}

function startChannels() {
  if (!channelLayers.length) {
    byId('channels-body').hidden = true;
    byId('channels-left-out').hidden = false;
    byId('channels-left-out').textContent = extra.channelsLeftOut;
    return;
  }
  byId('channel-layer').append(...channelLayers.map((layer, index) =>
    element('option', {value: index}, layer.layer)));
  byId('channel-layer').addEventListener('change', () => showChannelLayer(Number(byId('channel-layer').value)));
  byId('channel-before').addEventListener('click', () => showChannelLayer(channelLayer - 1));
  byId('channel-next').addEventListener('click', () => showChannelLayer(channelLayer + 1));
}
