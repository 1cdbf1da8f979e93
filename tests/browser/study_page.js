// SPDX-License-Identifier: Apache-2.0
// usage: node study_page.js NODE_MODULES PAGE.html JSON
// Uses the page of a comparison or of an analysis in Chromium as a person does and compares what it
// shows with the JSON form. Prints what does not hold; exit 1 where something does not.
'use strict';
const fs = require('fs');
const [modules, pageFile, jsonFile] = process.argv.slice(2);
const {chromium} = require(modules + '/playwright-core');
const {check, same, counts} = require('./checks.js');

const expected = JSON.parse(fs.readFileSync(jsonFile, 'utf8'));
const isComparison = 'rows' in expected;
const items = isComparison ? expected.rows : expected.layers;
const has = (item, key) => typeof item[key] === 'number';

/** One view of the two kinds of pages: selects, their charts, the table. */
const views = isComparison
  ? {table: '#row-table', charts: [['measure', 'rows']], orders: ['value']}
  : {table: '#layer-table', charts: [['left', 'left-measure'], ['right', 'right-measure']], orders: ['left', 'right']};

async function testData(page) {
  same('the page holds the JSON form', await page.evaluate(() => report), {...expected, host: {versions: expected.host.versions}});
}

const options = (page, id) => page.evaluate((name) => [...document.getElementById(name).options].map((each) => each.value), id);
const values = (page, id) => page.evaluate((name) => charts[name].data.datasets[0].data, id);

/** Every measure that can be chosen, and none with a value is missing. */
async function testMeasures(page) {
  for (const [choice, chart] of views.charts) {
    const keys = await options(page, choice);
    for (const key of keys) {
      await page.selectOption('#' + choice, key);
      const shown = items.filter((item, i) => isComparison ? has(item, key) && (key !== 'difference' || i > 0) : true);
      same(`${chart}: ${key}`, await values(page, chart), shown.map((item) => (has(item, key) ? item[key] : null)));
      const labels = await page.evaluate((name) => charts[name].data.labels, chart);
      check(`${chart}: a name for each bar of ${key}`, labels.length === shown.length && new Set(labels).size === labels.length, labels);
    }
    await page.selectOption('#' + choice, keys[0]);
  }
}

async function testOrder(page) {
  const choice = views.charts[0][0], chart = views.charts[0][1];
  const key = (await options(page, choice))[0];
  await page.selectOption('#order', views.orders[0]);
  const sign = isComparison ? -1 : 1;  // the best quantization, the worst layer first
  const sorted = items.filter((item) => has(item, key)).map((item) => item[key]).sort((a, b) => sign * (a - b));
  same('ordered by value', (await values(page, chart)).filter((value) => value !== null), sorted);
  await page.selectOption('#order', isComparison ? 'table' : 'network');
}

async function testTrade(page) {
  if (!isComparison) return;
  const measure = (await options(page, 'measure'))[0];
  for (const cost of await options(page, 'cost')) {
    await page.selectOption('#cost', cost);
    const points = (await values(page, 'trade')).map((at) => [at.x, at.y]);
    same(`${measure} by ${cost}`, points, items.slice(1).filter((row) => has(row, measure) && has(row, cost)).map((row) => [row[cost], row[measure]]));
  }
}

async function testTable(page) {
  const cells = (key) => page.evaluate(([table, name]) => {
    const at = [...document.querySelectorAll(`${table} th`)].findIndex((head) => head.querySelector(`[data-key="${name}"]`));
    return [...document.querySelectorAll(`${table} tbody tr`)].map((row) => row.children[at].textContent);
  }, [views.table, key]);
  const keys = (await page.evaluate((table) => [...document.querySelectorAll(`${table} [data-key]`)].map((head) => head.dataset.key), views.table));
  const numeric = [...new Set(items.flatMap((item) => Object.keys(item).filter((key) => has(item, key))))];
  const elsewhere = ['field_bits', 'channel_range_spread'];  // in a row's name; in octaves
  same('the table has all numbers', numeric.filter((key) => !keys.includes(key) && !elsewhere.includes(key)), []);
  const percents = ['top1', 'top5', 'difference', 'difference_se', 'agreement_top1', 'top1_loss_alone', 'top1_loss_alone_se'];
  for (const key of keys.filter((each) => numeric.includes(each))) {
    const got = await cells(key);
    const wrong = got.filter((text, i) => {
      if (!has(items[i], key)) return text !== '-';
      const value = items[i][key] * (percents.includes(key) ? 100 : 1);
      const digits = (text.split('.')[1] || '').length;
      return text.replaceAll(',', '') !== (Number.isInteger(items[i][key]) && digits === 0 ? String(value) : value.toFixed(digits));
    });
    same(`the table's ${key}`, wrong, []);
  }
  const key = isComparison ? 'cycles' : 'output_sqnr_db';
  const head = page.locator(`${views.table} th button`, {has: page.locator(`[data-key="${key}"]`)});
  for (const sign of [1, -1]) {
    await head.focus();
    await page.keyboard.press('Enter');
    const got = (await cells(key)).map((text) => (text === '-' ? -Infinity : Number(text.replaceAll(',', ''))));
    check(`sorted ${sign > 0 ? 'up' : 'down'}`, got.every((value, i) => i === 0 || (sign > 0 ? got[i - 1] <= value : got[i - 1] >= value)), got);
  }
  same('it says how it is sorted', await page.locator(`${views.table} th[aria-sort]`).getAttribute('aria-sort'), 'descending');
}

/** What the summary says, derived here from the JSON form once more. */
async function testSummary(page) {
  const cards = Object.fromEntries(await page.evaluate(() => [...document.querySelectorAll('.card')]
    .map((each) => [each.querySelector('.name').textContent, [each.querySelector('.value').textContent, each.querySelector('.more').textContent]])));
  const percent = (fraction) => `${(100 * fraction).toFixed(2)} %`;
  if (!isComparison) {
    same('the first divergent layer', cards['First divergent layer'][0], expected.first_divergent_layer || 'none');
    same('the most sensitive', cards['Most sensitive'][0], expected.most_sensitive_layer);
    same('top-1', cards['Top-1'] && cards['Top-1'][0], expected.accuracy && percent(expected.accuracy.quantized_top1));
    const lost = items.reduce((sum, layer) => sum + (layer.lost_channels || 0), 0);
    same('channels lost', cards['Channels lost'][0], String(lost));
    return;
  }
  const rows = items.slice(1).filter((row) => row.refused === null);
  same('rows that are not possible', cards['Not possible'] ? Number(cards['Not possible'][0]) : 0, items.length - 1 - rows.length);
  if (!expected.accuracy) {
    same('why accuracy is missing', cards.Accuracy[1], expected.accuracy_not_measured);
    return;
  }
  same('float', cards.Float[0], percent(items[0].top1));
  same('the best', cards['Best top-1'][0], percent(Math.max(...rows.map((row) => row.top1))));
  const close = rows.filter((row) => Math.abs(row.difference) <= 2 * row.difference_se);
  const least = Math.min(...close.map((row) => row.parameter_bytes));
  const bytes = least < 1024 ? `${least} B` : `${Number((least / 1024).toPrecision(4))} KiB`;
  same('the least parameters as good as float', cards[close.length ? 'Least parameters as good as float' : 'As good as float'][0], close.length ? bytes : 'none');
}

async function testChannels(page) {
  if (isComparison) return;
  const channels = await page.evaluate(() => channelLayers);
  same('channel ranges of all layers with weights', channels.map((layer) => [layer.layer, layer.before.length]),
    items.filter((layer) => layer.channels !== null).map((layer) => [layer.name, layer.channels]));
  const wrong = channels.filter((layer) => {
    const {shift_histogram: counts} = items.find((each) => each.name === layer.layer);
    return counts ? counts.some((count, shift) => layer.shifts.filter((each) => each === shift).length !== count) : layer.shifts.length > 0;
  });
  same('with the shifts of the JSON form', wrong.map((layer) => layer.layer), []);
}

async function testKeyboard(page) {
  const chart = views.charts[0][1];
  await page.focus('#' + chart);
  await page.keyboard.press('End');
  const spoken = await page.textContent('#spoken');
  const last = await page.evaluate((name) => charts[name].data.labels[charts[name].data.labels.length - 1], chart);
  check('the last bar is spoken', spoken.startsWith(last), spoken);
  const unnamed = await page.evaluate(() => [...document.querySelectorAll('button, select, canvas, [tabindex]')]
    .filter((each) => each.offsetParent && !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length)).map((each) => each.outerHTML.slice(0, 80)));
  same('all that takes the focus has a name', unnamed, []);
}

async function testThemesAndPaper(page) {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.click('[data-theme-button]');
  const after = await background();
  check('the other theme', before !== after, before);
  await page.emulateMedia({media: 'print'});
  same('paper is white', await background(), 'rgb(255, 255, 255)');
  const cutOff = () => page.evaluate(() => [...document.querySelectorAll('canvas, table')]
    .filter((each) => each.offsetParent !== null && each.getBoundingClientRect().right > innerWidth + 1).map((each) => each.id || each.tagName));
  same('nothing is cut off on paper', await cutOff(), []);
  await page.emulateMedia({media: 'screen'});
  same('the screen is as before', await background(), after);
  await page.setViewportSize({width: 420, height: 900});
  // Charts follow the window a moment later.
  const isNarrow = await page.waitForFunction(() => document.documentElement.scrollWidth <= 420, null, {timeout: 20000}).catch(() => null);
  check('nothing but tables scrolls sideways in a narrow window', isNarrow !== null);
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
  await page.waitForSelector('html[data-drawn]', {state: 'attached'});
  for (const test of [testData, testMeasures, testOrder, testTrade, testTable, testSummary, testChannels, testKeyboard,
    testThemesAndPaper]) await test(page);
  same('its title', await page.textContent('h1'), expected.workload.name);
  same('its notes', await page.evaluate(() => [...document.querySelectorAll('#notes li')].map((each) => each.textContent)), expected.notes || []);
  same('no element but the page’s own', await page.evaluate(() => document.querySelectorAll('img, b, iframe, object, link:not([rel=icon])').length), 0);
  same('no message in the console', said, []);
  same('no request but for the page itself', requests.length, 1);
  await browser.close();
  const {checks, failures} = counts();
  console.log(failures ? `${failures} of ${checks} checks` : 'all checks');
  process.exit(failures ? 1 : 0);
})();
