// SPDX-License-Identifier: Apache-2.0
// The report that the page holds, and what several panels share.

const hardware = extra.hardware;
const peakMacsPerCycle = hardware.rows * hardware.columns;
const dramBytesPerCycle = hardware.dramBytesPerSecond / hardware.clockHz;
const activityTexts = new Map(extra.activities);
const images = report.cycles.images ? report.cycles.images.length : 1;
const shownImages = report.layers.length ? report.layers[report.layers.length - 1].image || 0 : 0;
const state = {image: shownImages, order: 'network'};

// Of the causes of stalls: what waits for DRAM is warm, what waits for another unit green, what the
// unit's own parts wait for violet.
const causeColours = {
  busy: mainColours, fetch: ['#8a6d3b', '#c9a86a'], queue_full: ['#b59a6a', '#8f7a50'],
  port: ['#56b4e9', '#a5d8ff'], dram: ['#c2452d', '#ff8a70'], feeder: ['#7b5ea7', '#b79be0'],
  shadow_free: ['#b58bc9', '#d9b8ea'], shadow_full: ['#cc79a7', '#e59ac4'], drain: ['#4b3f8f', '#8f83d6'],
  pipeline: ['#a8a0d0', '#6f68a8'], wait_dma_in: ['#d55e00', '#f28e2b'],
  wait_dma_weights: ['#e69f00', '#f2c14e'], wait_dma_out: ['#a0522d', '#d98c5f'],
  wait_weight_loader: ['#e07a8b', '#f7a6b3'], wait_mac_array: ['#007a5e', '#2fc79a'],
  wait_requantization: ['#3aa99a', '#73d7c9'], wait_vector: ['#84a62b', '#b6d65c'],
  idle: ['#d3d9e0', '#3b444f'],
};
const kindColours = [['#0072b2', '#4aa3dc'], ['#d55e00', '#f28e2b'], ['#009e73', '#2fc79a'],
  ['#cc79a7', '#e59ac4'], ['#7b5ea7', '#b79be0'], ['#8a6d3b', '#c9a86a']];

function causeColour(cause) {
  return pick(causeColours[cause] || ['#4d4d4d', '#c9ced6']);
}

/** Those that occur, in the order of the timing model, busy first. */
function causesOf(lists) {
  const found = new Set(lists.flatMap((stalls) => Object.keys(stalls)));
  return [...activityTexts.keys()].filter((cause) => found.has(cause));
}

function causeName(cause) {
  return cause.replaceAll('_', ' ');
}

/** The layers of the chosen image in the order of the network. */
function layersOfImage() {
  return report.layers.filter((layer) => (layer.image || 0) === state.image);
}

function cyclesText(value) {
  return `${exactNumber(value)} cycles`;
}

function bytesText(value) {
  return value < 10240 ? plural(value, 'byte') : `${quantity(value, 'B')} (${exactNumber(value)} bytes)`;
}
