// SPDX-License-Identifier: Apache-2.0
// usage: node report_page.js NODE_MODULES PAGE.html REPORT.json
// Uses the page of a report in Chromium as a person does and compares what it shows with the report.
// Prints what does not hold and the number of checks; exit 1 where one does not.
'use strict';
const fs = require('fs');
const [modules, pageFile, reportFile] = process.argv.slice(2);
const {chromium} = require(modules + '/playwright-core');
const {check, same, counts} = require('./checks.js');

const report = JSON.parse(fs.readFileSync(reportFile, 'utf8'));
const {layers} = report;
const sum = (list) => list.reduce((total, value) => total + value, 0);
const grouped = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ',');

/** [label, values] of each data set of a chart, and its labels. */
async function chartData(page, id) {
  return page.evaluate((name) => ({labels: charts[name].data.labels,
    sets: charts[name].data.datasets.map((set) => ({label: set.label, cause: set.cause, isLine: set.isLine,
      data: set.data.map((at) => (typeof at === 'object' ? {x: at.x, y: at.y, name: at.layer && at.layer.name} : at))}))}), id);
}

async function testReport(page) {
  const held = await page.evaluate(() => report);
  const versions = {...report, host: {versions: report.host.versions}};
  same('the page holds the report', held, versions);
}

async function testLayers(page) {
  const {labels, sets} = await chartData(page, 'layer-cycles');
  same('all layers in the order of the network', labels, layers.map((layer) => layer.name));
  for (const {cause, data} of sets) {
    const expected = layers.map((layer) => (cause === 'busy' ? layer.busy_cycles
      : cause === 'idle' ? layer.span_cycles - layer.busy_cycles - layer.stall_cycles : layer.stalls[cause] || 0));
    same(`cycles by cause: ${cause}`, data, expected);
  }
  same('all causes add up to the span', layers.map((_, i) => sum(sets.map((set) => set.data[i]))),
    layers.map((layer) => layer.span_cycles));
  const utilization = await chartData(page, 'layer-utilization');
  same('utilisation', utilization.sets[0].data, layers.map((layer) => layer.utilization));
  same('both charts have the same rows', ...await page.evaluate(() => ['layer-cycles', 'layer-utilization'].map((id) =>
    [charts[id].scales.y.top, charts[id].scales.y.bottom].map(Math.round))));
  const spacing = await page.evaluate(() => {
    const {y} = charts['layer-cycles'].scales;
    return {rows: y.ticks.length, step: (y.bottom - y.top) / y.ticks.length, font: y.options.ticks.font.size};
  });
  check('no label covers another', spacing.rows === layers.length && spacing.step >= spacing.font * 1.2, spacing);
}

async function testRoofline(page) {
  const {sets} = await chartData(page, 'roofline');
  const peak = await page.evaluate(() => extra.hardware.rows * extra.hardware.columns);
  const expected = layers.filter((layer) => layer.macs > 0).map((layer) => ({layer,
    bytes: layer.dram_read_bytes + layer.dram_write_bytes}));
  same('the roofline has all layers with MACs', sets[0].data.map((at) => at.name), expected.map((at) => at.layer.name));
  const wrong = sets[0].data.filter((at, i) => {
    const {layer, bytes} = expected[i];
    return at.y !== layer.macs / layer.span_cycles || (bytes > 0 && at.x !== layer.macs / bytes)
      || Math.abs(at.y / peak - layer.utilization) > 1e-12;
  });
  same('and each where its MACs, bytes and cycles put it', wrong, []);
  const roof = sets[1].data;
  check('the roof is the peak', roof[1].y === peak && roof[2].y === peak && roof[1].x === sets[1].data[1].x, roof);
  check('the slope is the bandwidth', Math.abs(roof[0].y / roof[0].x - roof[1].y / roof[1].x) < 1e-9 * roof[0].y / roof[0].x, roof);
}

async function testUnits(page) {
  const {labels, sets} = await chartData(page, 'units');
  same('every unit spends every cycle', labels.map((_, i) => sum(sets.map((set) => set.data[i]))), labels.map(() => report.cycles.total));
  const stalls = Object.fromEntries(labels.map((unit, i) => [unit, Object.fromEntries(sets
    .filter((set) => !['busy', 'idle'].includes(set.cause) && set.data[i] > 0).map((set) => [set.cause, set.data[i]]).sort())]));
  same('and stalls as the report says', Object.entries(stalls).sort(), Object.entries(report.cycles.stalls).sort());
}

async function testSchemesAndEnergy(page) {
  if (report.accuracy) {
    const {labels, sets} = await chartData(page, 'schemes');
    const {schemes} = report.accuracy;
    same('the schemes', sets[0].data, labels.map((name) => (name === 'float' ? report.accuracy.float_top1 : schemes[name].quantized_top1)));
    same('all of them', labels.length, 1 + Object.keys(schemes).length);
    const bytes = await page.evaluate(() => [...document.querySelectorAll('#schemes-table tbody tr')].slice(1)
      .map((row) => [row.children[0].textContent, row.children[3].textContent]));
    same('their parameter bytes', bytes, labels.slice(1).map((name) => [name, `${grouped(schemes[name].parameter_bytes)} bytes`]));
  } else {
    check('why accuracy is missing is said', (await page.textContent('#schemes-table')).length > 10);
  }
  const {labels, sets} = await chartData(page, 'energy');
  same('energy by unit', labels.map((unit, i) => [unit, sets[0].data[i], sets[1].data[i]]).sort(),
    Object.entries(report.energy.by_unit).map(([unit, e]) => [unit, e.dynamic_picojoules, e.static_picojoules]).sort());
  same('which is all of it', sum(sets.flatMap((set) => set.data)), report.energy.total_picojoules);
}

/** Bytes of the union of address ranges that are held in a cycle. */
function heldBytes(blocks, cycle) {
  let covered = 0, bytes = 0;
  for (const block of blocks.filter((each) => each.begin <= cycle && cycle < each.end).sort((a, b) => a.address - b.address)) {
    const end = block.address + block.bytes;
    bytes += Math.max(0, end - Math.max(covered, block.address));
    covered = Math.max(covered, end);
  }
  return bytes;
}

async function testMemory(page) {
  const {blocks, map, shapes, peak} = await page.evaluate(() => ({blocks, map: activation,
    shapes: [...document.querySelectorAll('#memory [data-block]')].map((shape) => ['x', 'y', 'width', 'height'].map((key) => Number(shape.getAttribute(key)))),
    peak: Number(document.querySelector('#memory .peak').dataset.bytes)}));
  same('a rectangle for each allocation', shapes.length, blocks.length);
  same('the peak that is marked', peak, report.memory.activation_peak_bytes);
  const summary = await page.textContent('#memory-summary');
  const isSaid = [map.peakBytes, peak, map.layerPeakBytes].every((bytes) => summary.includes(grouped(bytes)));
  check('what is held against the peak is said', map.layerPeakBytes <= peak && isSaid, summary);
  const steps = map.occupancy.filter(([cycle, bytes]) => heldBytes(blocks, cycle) !== bytes);
  same('the bytes held are those of the rectangles', steps, []);
  same('their peak', Math.max(...map.occupancy.map(([, bytes]) => bytes)), map.peakBytes);
  check('nothing outside of the scratchpad or the run', blocks.every((block) => block.address >= 0 && block.bytes > 0
    && block.address + block.bytes <= map.capacityBytes && block.begin < block.end && block.end <= report.cycles.total));
  // One may begin to take a place of which the one before it in the stream has been read in part.
  const isBefore = (a, b) => a.layer < b.layer || (a.layer === b.layer && a.tile < b.tile);
  const wrongOrder = blocks.filter((a) => blocks.some((b) => isBefore(a, b) && b.begin < a.end && b.end < a.end
    && a.address < b.address + b.bytes && b.address < a.address + a.bytes));
  same('what takes a place stays longer than what was there', wrongOrder.slice(0, 3), []);
  const [width, height] = await page.evaluate(() => [[...document.querySelectorAll('#memory .grid')]
    .map((line) => Number(line.getAttribute('x2'))).reduce((a, b) => Math.max(a, b)) - mapSize.left, mapSize.map]);
  const extent = await page.evaluate(() => mapExtent());
  const wrong = blocks.filter((block, i) => Math.abs(shapes[i][2] - Math.max(1, width * (block.end - block.begin) / report.cycles.total)) > 0.03
    || Math.abs(shapes[i][3] - Math.max(1, height * block.bytes / extent)) > 0.03);
  same('rectangles are cycles by addresses', wrong.slice(0, 2), []);
  const layer = String(blocks[blocks.length >> 1].layer);
  await page.selectOption('#memory-range', layer);
  const [shown, from, to] = await page.evaluate(() => [[...document.querySelectorAll('#memory [data-block]')].map((shape) => Number(shape.dataset.block)),
    mapRange.from, mapRange.to]);
  same('the cycles of a layer alone', shown, blocks.map((_, i) => i).filter((i) => blocks[i].begin < to && blocks[i].end > from));
  check('are those of what it writes', blocks.every((block) => String(block.layer) !== layer || (block.begin >= from && block.end <= to)), [from, to]);
  await page.selectOption('#memory-range', '');
}

async function testTable(page) {
  const cells = async (key) => page.evaluate((name) => {
    const heads = [...document.querySelectorAll('#layer-table th')];
    const at = heads.findIndex((head) => head.querySelector(`[data-key="${name}"]`));
    return [...document.querySelectorAll('#layer-table tbody tr')].map((row) => row.children[at].textContent);
  }, key);
  for (const key of ['name', 'macs', 'span_cycles', 'stall_cycles', 'dram_read_bytes']) {
    same(`the table's ${key}`, await cells(key), layers.map((layer) => (key === 'name' ? layer.name : grouped(layer[key]))));
  }
  const keys = await page.evaluate(() => [...document.querySelectorAll('#layer-table [data-key]')].map((head) => head.dataset.key));
  const missing = [...new Set(layers.flatMap((layer) => Object.keys(layer)))].filter((key) => !keys.includes(key));
  same('it has all that a layer has', missing, ['energy_by_unit_picojoules']);
  const head = page.locator('#layer-table th button', {has: page.locator('[data-key="span_cycles"]')});
  for (const sign of [1, -1]) {
    await head.focus();
    await page.keyboard.press('Enter');
    const got = (await cells('span_cycles')).map((text) => Number(text.replaceAll(',', '')));
    same(`sorted ${sign > 0 ? 'up' : 'down'}`, got, [...got].sort((a, b) => sign * (a - b)));
  }
  same('it says how it is sorted', await page.locator('#layer-table th[aria-sort]').getAttribute('aria-sort'), 'descending');
}

async function testControls(page) {
  await page.selectOption('#order', 'cycles');
  const spans = sum((await chartData(page, 'layer-cycles')).sets.map((set) => set.data[0]));
  same('most cycles first', spans, Math.max(...layers.map((layer) => layer.span_cycles)));
  await page.selectOption('#order', 'network');
  const first = page.locator('#cause-legend button').first();
  await first.click();
  check('a cause can be hidden', !(await page.evaluate(() => charts['layer-cycles'].isDatasetVisible(0)))
    && await first.getAttribute('aria-pressed') === 'false');
  await first.click();
  check('and shown again', await page.evaluate(() => charts['layer-cycles'].isDatasetVisible(0)));
}

async function testKeyboard(page) {
  await page.focus('#layer-cycles');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  const spoken = await page.textContent('#spoken');
  check('the second layer is spoken', spoken.startsWith(layers[1].name + ', ') && spoken.includes(grouped(layers[1].span_cycles)), spoken);
  check('and has a tooltip', await page.evaluate(() => charts['layer-cycles'].tooltip.opacity > 0));
  await page.focus('#memory');
  await page.keyboard.press('End');
  const said = await page.textContent('#memory-shown');
  check('the last rectangle is named', await page.evaluate((text) => text === describeBlock(blocks[blocks.length - 1])
    && document.querySelectorAll('#memory .current').length === 1, said), said);
  const unnamed = await page.evaluate(() => [...document.querySelectorAll('button, select, canvas, [tabindex]')]
    .filter((each) => each.offsetParent && !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length)).map((each) => each.outerHTML.slice(0, 80)));
  same('all that takes the focus has a name', unnamed, []);
}

async function testChannels(page) {
  const data = await page.evaluate(() => channelLayers);
  if (!data.length) {
    check('why channel ranges are missing is said', (await page.textContent('#channels-left-out')).length > 10);
    return;
  }
  const withWeights = layers.filter((layer) => ['conv', 'depthwise_conv', 'gemm'].includes(layer.kind)).map((layer) => layer.name);
  same('channel ranges of all layers with weights', data.map((layer) => layer.layer), withWeights);
  const at = data.findIndex((layer) => new Set(layer.shifts).size > 1);
  await page.selectOption('#channel-layer', String(Math.max(at, 0)));
  const layer = data[Math.max(at, 0)];
  const {sets} = await chartData(page, 'channel-ranges');
  const live = layer.before.filter((before, channel) => before !== null && layer.after[channel] !== null);
  same('before, largest first', sets[0].data.map((point) => point.y), live.sort((a, b) => b - a).map((value) => value / 100));
  if (at < 0) return;
  const shifts = await chartData(page, 'channel-shifts');
  same('channels with each shift', shifts.sets[0].data, shifts.labels.map((shift) => layer.shifts.filter((each) => each === Number(shift)).length));
  const moved = layer.shifts.every((shift, channel) => layer.before[channel] === null
    || Math.abs(layer.after[channel] - layer.before[channel] - 100 * shift - (layer.after[0] - layer.before[0] - 100 * layer.shifts[0])) <= 3);
  check('a shift of one moves a channel by one octave', moved, layer.layer);
}

/** WCAG's contrast of a text on what lies behind it. */
function contrast(a, b) {
  const luminance = (rgb) => sum(rgb.map((value) => value / 255).map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .map((value, i) => value * [0.2126, 0.7152, 0.0722][i]));
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

async function look(page) {
  return page.evaluate(() => {
    const rgb = (name) => themeColour(name).match(/[0-9a-f]{2}/g).map((digits) => parseInt(digits, 16));
    return {background: getComputedStyle(document.body).backgroundColor, bar: charts['layer-cycles'].data.datasets[0].backgroundColor,
      pairs: ['ink', 'muted', 'accent', 'mark'].map((name) => [name, rgb(name), rgb('card')])};
  });
}

async function testThemesAndPaper(page) {
  const before = await look(page);
  await page.click('[data-theme-button]');
  const after = await look(page);
  check('the other theme, charts too', before.background !== after.background && before.bar !== after.bar, {before, after});
  const faint = [before, after].flatMap(({pairs}) => pairs.filter(([, text, card]) => contrast(text, card) < 4.5).map(([name]) => name));
  same('texts stand out in both', faint, []);
  await page.emulateMedia({media: 'print'});
  const paper = await look(page);
  check('paper is light', paper.bar === [before, after].find((theme) => theme.background === 'rgb(244, 246, 248)').bar
    && paper.background === 'rgb(255, 255, 255)', paper);
  const wide = await page.evaluate(() => [...document.querySelectorAll('canvas, table, svg')].filter((each) => each.offsetParent !== null || each.tagName === 'svg')
    .filter((each) => each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.id || each.tagName));
  same('nothing is cut off on paper', wide, []);
  const rows = await page.evaluate(() => document.querySelector('#layer-table').scrollHeight <= document.querySelector('#layer-table').clientHeight + 1);
  check('all rows are on paper', rows);
  await page.emulateMedia({media: 'screen'});
  same('the screen is as before', (await look(page)).background, after.background);
}

(async () => {
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']});
  const context = await browser.newContext({viewport: {width: 1400, height: 1000}, colorScheme: 'dark'});
  const page = await context.newPage();
  const said = [], requests = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('dialog', (dialog) => { said.push('dialog'); dialog.dismiss(); });
  context.on('request', (request) => requests.push(request.url()));
  await page.goto('file://' + encodeURI(fs.realpathSync(pageFile)).replaceAll('#', '%23').replaceAll('?', '%3F'));
  await page.waitForFunction(() => performance.getEntriesByType('paint').length > 0);
  const paint = await page.evaluate(() => performance.getEntriesByType('paint')[0].startTime);
  await page.waitForSelector('html[data-drawn]', {state: 'attached'});
  for (const test of [testReport, testLayers, testRoofline, testUnits, testSchemesAndEnergy, testMemory, testTable, testControls,
    testKeyboard, testChannels, testThemesAndPaper]) await test(page);
  same('its title', await page.textContent('h1'), report.workload.name);
  same('no element but the page’s own', await page.evaluate(() => document.querySelectorAll('img, b, iframe, object, link:not([rel=icon])').length), 0);
  same('no message in the console', said, []);
  same('no request but for the page itself', requests.length, 1);
  check('painted at once', paint < 5000, paint);  // within 1 s where nothing else runs
  await browser.close();
  const {checks, failures} = counts();
  console.log(failures ? `${failures} of ${checks} checks` : 'all checks');
  process.exit(failures ? 1 : 0);
})();
