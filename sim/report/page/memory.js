// SPDX-License-Identifier: Apache-2.0
// The activation scratchpad over time: above, how many bytes are held; below, which tensor lies
// where. Drawn as SVG: sharp on paper, and every rectangle is an element.

const activation = extra.activation;
const blocks = activation.allocations.map(([tensor, layer, lastLayer, isLoaded, tile, tiles, address, bytes, begin, end]) => (
  {tensor, layer, lastLayer, isLoaded: isLoaded === 1, tile, tiles, address, bytes, begin, end}));
const blockColours = ['#8ec1e8', '#f4b183', '#9fd8c0', '#e3b0d0', '#c9bdf0', '#f2d479', '#b5c7d6', '#b4d693'];
const mapSize = {left: 78, right: 14, top: 22, occupancy: 120, gap: 34, map: 340, bottom: 40};
const mapRange = {from: 0, to: report.cycles.total};  // the cycles that are drawn
let currentBlock = -1;

function svg(tag, attributes, ...children) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function tensorName(block) {
  return block.tensor < 0 ? 'data' : activation.tensors[block.tensor];
}

function layerName(index) {
  return activation.layers[index] ?? `layer ${index}`;
}

function describeBlock(block) {
  const what = block.isLoaded ? `loaded for ${layerName(block.layer)}` : 'computed';
  const tiles = block.tiles > 1 ? `, ${plural(block.tiles, 'tile')}`
    : block.isLoaded || block.tile > 0 ? `, tile ${block.tile}` : '';
  const read = block.lastLayer !== block.layer ? `, last read by ${layerName(block.lastLayer)}` : '';
  return `${tensorName(block)}, ${what}${tiles}: ${plural(block.bytes, 'byte')} at 0x${block.address.toString(16)}, `
    + `cycles ${exactNumber(block.begin)} to ${exactNumber(block.end)}${read}`;
}

/** Round steps of bytes: powers of two. */
function byteTicks(most, count) {
  let step = 64;
  while (most / step > count) step *= 2;
  return Array.from({length: Math.floor(most / step) + 1}, (_, i) => i * step);
}

function roundStep(length, count) {
  const power = 10 ** Math.floor(Math.log10(length / count));
  return power * [1, 2, 5, 10].find((factor) => length / (factor * power) <= count);
}

function bytesLabel(value) {
  return value === 0 ? '0' : quantity(value, 'B').replace(/^(\d+)$/, '$1 B');
}

/** Two ticks never read the same. */
function cycleLabel(cycle, step) {
  return cycle >= 1000 * step ? exactNumber(cycle) : shortNumber(cycle);
}

/** The larger of both ends: rectangles and the compiler's figure. */
function mapExtent() {
  const used = Math.max(1, activation.peakBytes, report.memory.activation_peak_bytes,
    ...blocks.map((block) => block.address + block.bytes));
  return activation.capacityBytes <= 2 * used ? activation.capacityBytes : used * 1.12;
}

function drawMap() {
  const place = mapSize;
  const width = Math.max(320, byId('memory').clientWidth);
  const height = place.top + place.occupancy + place.gap + place.map + place.bottom;
  const inside = (cycle) => Math.min(Math.max(cycle, mapRange.from), mapRange.to);
  const x = (cycle) => place.left + (width - place.left - place.right) * (inside(cycle) - mapRange.from)
    / (mapRange.to - mapRange.from);
  const extent = mapExtent();
  const zero = place.top + place.occupancy;
  const upper = (bytes) => zero - place.occupancy * bytes / extent;
  const floor = zero + place.gap + place.map;
  const lower = (bytes) => floor - place.map * bytes / extent;
  const drawn = svg('svg', {viewBox: `0 0 ${width} ${height}`, height, role: 'img',
    'aria-label': `${blocks.length} rectangles of tensors over ${cyclesText(report.cycles.total)}`});
  drawn.append(...gridLines(x, upper, lower, extent, width, height));
  drawn.append(...occupancyShapes(x, upper, width));
  blocks.forEach((block, index) => {
    if (block.end > mapRange.from && block.begin < mapRange.to) drawn.append(...blockShapes(block, index, x, lower));
  });
  byId('memory').replaceChildren(drawn);
  markBlock();
}

function gridLines(x, upper, lower, extent, width, height) {
  const shapes = [];
  const end = width - mapSize.right;
  const line = (y) => svg('line', {class: 'grid', x1: mapSize.left, x2: end, y1: y, y2: y});
  const label = (y, bytes) => svg('text', {x: mapSize.left - 8, y: y + 4, 'text-anchor': 'end'}, bytesLabel(bytes));
  for (const bytes of byteTicks(extent, 4)) shapes.push(line(upper(bytes)), label(upper(bytes), bytes));
  for (const bytes of byteTicks(extent, 8)) shapes.push(line(lower(bytes)), label(lower(bytes), bytes));
  const step = Math.max(1, roundStep(mapRange.to - mapRange.from, Math.max(2, width / 130)));
  for (let cycle = Math.ceil(mapRange.from / step) * step; cycle <= mapRange.to; cycle += step) {
    shapes.push(svg('line', {class: 'grid', x1: x(cycle), x2: x(cycle), y1: upper(extent), y2: upper(0)}),
      svg('line', {class: 'grid', x1: x(cycle), x2: x(cycle), y1: lower(extent), y2: lower(0)}),
      svg('text', {x: x(cycle), y: lower(0) + 17, 'text-anchor': 'middle'}, cycleLabel(cycle, step)));
  }
  shapes.push(svg('text', {class: 'axis-title', x: mapSize.left, y: upper(extent) - 8}, 'bytes held'),
    svg('text', {class: 'axis-title', x: mapSize.left, y: lower(extent) - 8}, 'addresses'),
    svg('text', {class: 'axis-title', x: end, y: height - 4, 'text-anchor': 'end'}, 'cycles'));
  return shapes;
}

function occupancyShapes(x, upper, width) {
  let path = `M${x(mapRange.from)} ${upper(0)}`;
  for (const [cycle, bytes] of activation.occupancy) {
    if (cycle >= mapRange.to) break;
    path += `H${x(cycle).toFixed(2)}V${upper(bytes).toFixed(2)}`;
  }
  path += `H${x(mapRange.to)}`;
  const planned = report.memory.activation_peak_bytes;
  const label = `peak ${bytesLabel(planned)}`;
  const isDense = activation.occupancy.length > width / 3;
  return [
    svg('path', {class: 'occupied', d: path + `V${upper(0)}Z`, 'stroke-width': isDense ? 0.5 : 1.3}),
    svg('line', {class: 'peak', 'data-bytes': planned, x1: mapSize.left, x2: width - mapSize.right,
      y1: upper(planned), y2: upper(planned)}),
    svg('circle', {class: 'peak-dot', r: activation.peakCycle < mapRange.from || activation.peakCycle > mapRange.to ? 0 : 4.5, cx: x(activation.peakCycle), cy: upper(activation.peakBytes),
      'data-bytes': activation.peakBytes, 'data-cycle': activation.peakCycle}),
    svg('text', {class: 'peak-text', y: upper(planned) - 5, x: width - mapSize.right, 'text-anchor': 'end'}, label),
  ];
}

function blockShapes(block, index, x, lower) {
  const left = x(block.begin), right = Math.max(x(block.end), left + 1);
  const top = lower(block.address + block.bytes), bottom = lower(block.address);
  const colour = blockColours[(block.tensor < 0 ? 7 : block.tensor) % blockColours.length];
  const shape = svg('rect', {class: 'block', 'data-block': index, x: left.toFixed(2), y: top.toFixed(2),
    width: (right - left).toFixed(2), height: Math.max(bottom - top, 1).toFixed(2), fill: colour,
    'fill-opacity': block.isLoaded ? 0.55 : 1});
  if (right - left < 6) shape.setAttribute('class', 'block thin');  // borders would hide it
  else if (block.isLoaded) shape.setAttribute('stroke-dasharray', '3 2');
  const room = Math.floor((right - left - 8) / 6.2);
  if (bottom - top < 14 || room < 5) return [shape];
  return [shape, svg('text', {class: 'name', x: left + 4, y: (top + bottom) / 2 + 4}, shortName(tensorName(block), room))];
}

function markBlock() {
  for (const shape of document.querySelectorAll('#memory .current')) shape.classList.remove('current');
  const shape = document.querySelector(`#memory [data-block="${currentBlock}"]`);
  if (shape) shape.classList.add('current');
  byId('memory-shown').textContent = currentBlock < 0 ? '' : describeBlock(blocks[currentBlock]);
}

function describeMap() {
  const planned = report.memory.activation_peak_bytes;
  const at = `${bytesText(activation.peakBytes)} at cycle ${exactNumber(activation.peakCycle)}`;
  const parts = [`At most ${at}, of ${bytesLabel(activation.capacityBytes)}.`];
  const layer = layerName(activation.peakLayer);
  if (activation.layerPeakBytes === planned) {
    parts.push(`The report’s activation_peak_bytes, ${exactNumber(planned)}, counts layer by layer; it is reached in ${layer}.`);
  } else {
    const given = images > 1 ? 'tile buffers, and inputs of several images all the time, were' : 'tile buffers were';
    parts.push(`The report’s activation_peak_bytes, ${exactNumber(planned)}, counts layer by layer what ${given} `
      + `given; what is written there comes to ${exactNumber(activation.layerPeakBytes)}, in ${layer}.`);
  }
  if (activation.peakBytes > activation.layerPeakBytes) {
    parts.push('In cycles more is held than layer by layer, since layers overlap.');
  } else if (activation.peakBytes < activation.layerPeakBytes) {
    parts.push('In cycles less is held: within a layer, what is no longer read makes room before all is written.');
  }
  if (activation.leftOut) parts.push(`${plural(activation.leftOut, 'later rectangle')} are left out of the map.`);
  byId('memory-summary').textContent = parts.join(' ');
  byId('memory-legend').replaceChildren(
    legendKey('a layer’s result', {background: blockColours[0]}),
    legendKey('a tile loaded from DRAM', {background: blockColours[0] + '88', border: '1px dashed ' + themeColour('muted')}),
    legendKey('activation_peak_bytes', {borderTopColor: themeColour('mark')}, null, 'line'));
}

/** All cycles, or those of what one layer writes. */
function startMapRange() {
  const writers = [...new Set(blocks.map((block) => block.layer))].sort((a, b) => a - b);
  byId('memory-range').append(...writers.map((layer) => element('option', {value: layer}, layerName(layer))));
  byId('memory-range').addEventListener('change', () => {
    const chosen = byId('memory-range').value;
    const own = blocks.filter((block) => chosen === '' || block.layer === Number(chosen));
    mapRange.from = chosen === '' ? 0 : Math.min(...own.map((block) => block.begin));
    mapRange.to = chosen === '' ? report.cycles.total : Math.max(...own.map((block) => block.end));
    drawMap();
  });
}

byId('memory').addEventListener('mousemove', (event) => {
  const shape = event.target.closest('[data-block]');
  if (!shape || Number(shape.dataset.block) === currentBlock) return;
  currentBlock = Number(shape.dataset.block);
  markBlock();
});
byId('memory').addEventListener('keydown', (event) => {
  const last = blocks.length - 1;
  const moves = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10};
  if (event.key === 'Escape') currentBlock = -1;
  else if (event.key === 'Home') currentBlock = 0;
  else if (event.key === 'End') currentBlock = last;
  else if (event.key in moves) currentBlock = Math.min(Math.max(currentBlock + moves[event.key], 0), last);
  else return;
  event.preventDefault();
  markBlock();
});
