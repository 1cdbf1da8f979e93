// SPDX-License-Identifier: Apache-2.0
// usage: node sweep_page.js NODE_MODULES PAGE.html POINTS.csv COMMANDS.txt
// Uses the page of a sweep in Chromium as a person does and compares what it says with the points and
// commands. Prints what does not hold and the number of checks; exit 1 where one does not.
'use strict';
const fs = require('fs');
const [modules, pageFile, pointsFile, commandsFile] = process.argv.slice(2);
const {chromium} = require(modules + '/playwright-core');
const {check, same, counts} = require('./checks.js');

const [header, ...lines] = fs.readFileSync(pointsFile, 'utf8').trimEnd().split('\n').map((line) => line.split(','));
const points = new Map(lines.map((line) => [line[0], Object.fromEntries(header.map((key, i) => [key, line[i]]))]));
const commands = new Map(fs.readFileSync(commandsFile, 'utf8').trimEnd().split('\n').map((line) => line.split('\t')));

/** What the page shows of a cell: digits grouped, '-' for none. */
function plain(text) {
  return text === '-' ? '' : text.replace(/(\d),(?=\d{3}(\D|$))/g, '$1').replace(/(\d),(?=\d{3}(\D|$))/g, '$1');
}

function equal(shown, cell) {
  const text = plain(shown);
  return text === cell || (cell !== '' && Number(text) === Number(cell));
}

/** Where a point is on the screen, after the chart was scrolled into view. */
async function placeOf(page, point) {
  return page.evaluate((number) => {
    byId('chart').scrollIntoView({block: 'center'});
    const item = itemOf(rowOfPoint.get(number));
    if (!item) return null;
    const at = chart.getDatasetMeta(item.datasetIndex).data[item.index].getCenterPoint();
    const box = byId('chart').getBoundingClientRect();
    return {x: box.left + at.x, y: box.top + at.y};
  }, Number(point));
}

/** After the frame in which the chart looks at the mouse. */
async function tooltip(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.evaluate(() => (byId('tooltip').hidden ? null : {
    point: byId('tooltip').dataset.point,
    cells: [...document.querySelectorAll('#tooltip tr')].map((row) => [row.dataset.key, row.querySelector('td').textContent]),
  }));
}

/** The points that the chart draws, as [x, y, number]. */
async function drawn(page) {
  return page.evaluate(() => chart.data.datasets.filter((set) => !set.isMark && set.label !== 'failed')
    .flatMap((set) => set.data.map((at) => [at.x, at.y, String(pointNumbers[at.row])])));
}

async function testAxes(page, keys) {
  const seen = new Set();
  for (const [x, y] of [[keys.objectives[0], keys.objectives[1]], [keys.axes[0], keys.objectives[0]],
    [keys.objectives[1], keys.objectives[0]], [keys.metric, keys.objectives[0]], [keys.axes[0], keys.axes[1]]]) {
    await page.selectOption('#x', x);
    await page.selectOption('#y', y);
    seen.add(await page.evaluate(() => byId('chart').toDataURL()));
    const shown = await drawn(page);
    const wrong = shown.filter(([left, up, number]) => {
      const cells = points.get(number);
      const isNumber = (key) => !Number.isNaN(Number(cells[key]));
      return (isNumber(x) && Number(cells[x]) !== left) || (isNumber(y) && Number(cells[y]) !== up);
    });
    const expected = [...points.values()].filter((cells) => cells[x] !== '' && cells[y] !== '').length;
    check(`the chart of ${y} over ${x} has all points where points.csv has them`,
      wrong.length === 0 && shown.length === expected, {wrong: wrong.slice(0, 3), shown: shown.length, expected});
  }
  check('each choice of axes draws another picture', seen.size === 5, seen.size);
}

async function testTooltips(page, keys) {
  await page.selectOption('#x', keys.objectives[0]);
  await page.selectOption('#y', keys.objectives[1]);
  const numbers = [...points.keys()];
  const wrong = [];
  let exact = 0;
  for (let i = 0; i < 12; ++i) {
    const number = numbers[Math.floor(i * numbers.length / 12)];
    const place = await placeOf(page, number);
    await page.mouse.move(place.x, place.y);
    const shown = await tooltip(page);
    if (!shown) { wrong.push([number, 'no tooltip']); continue; }
    if (shown.point === number) exact += 1;
    const cells = points.get(shown.point);
    for (const key of [...keys.axes, ...keys.objectives]) {
      if (!shown.cells.some(([name]) => name === key)) wrong.push([number, key, 'not in the tooltip']);
    }
    for (const [key, text] of shown.cells) if (!equal(text, cells[key])) wrong.push([shown.point, key, text, cells[key]]);
    const at = await placeOf(page, shown.point);
    if (Math.hypot(at.x - place.x, at.y - place.y) > 6) wrong.push([number, 'tooltip of a point elsewhere', shown.point]);
  }
  check('tooltips show the values of points.csv', wrong.length === 0, wrong.slice(0, 5));
  check('most tooltips are of the very point', exact >= 6, exact);
  await page.mouse.move(2, 2);
  check('no tooltip off the chart', await tooltip(page) === null);
}

async function testClick(page) {
  const number = [...points.keys()][Math.floor(points.size / 3)];
  const place = await placeOf(page, number);
  await page.mouse.click(place.x, place.y);
  await page.waitForFunction(() => byId('copied').textContent !== '', null, {timeout: 10000});
  const selected = await page.evaluate(() => byId('selected').dataset.point);
  check('a click selects a point there', selected !== undefined, selected);
  same('and shows its command', await page.textContent('#command'), commands.get(selected));
  same('and copies it', await page.evaluate(() => navigator.clipboard.readText()), commands.get(selected));
  const all = await page.evaluate(() => data.rows.map((row) => [String(pointNumbers[row]), commandOf(row)]));
  const wrong = all.filter(([point, command]) => commands.get(point) !== command);
  check('the commands of all points', wrong.length === 0 && all.length === points.size, wrong.slice(0, 2));
}

async function testKeyboard(page) {
  await page.focus('#chart');
  await page.keyboard.press('Home');
  const first = (await tooltip(page)).point;
  await page.keyboard.press('ArrowRight');
  const second = (await tooltip(page)).point;
  check('arrows move from point to point', first !== second, [first, second]);
  await page.keyboard.press('Enter');
  same('Enter selects', await page.textContent('#command'), commands.get(second));
  check('what is shown is spoken', (await page.textContent('#spoken')).includes(`Point ${second}`));
  await page.keyboard.press('Escape');
  check('Escape leaves', await tooltip(page) === null);
}

/** Independent of the program: nothing is better in one objective and nowhere worse. */
function frontOf(objectives, constrained) {
  const values = constrained.map((number) => objectives.map(({key, maximise}) => (maximise ? -1 : 1) * Number(points.get(number)[key])));
  return constrained.filter((_, i) => !values.some((other) => other.every((value, k) => value <= values[i][k])
    && other.some((value, k) => value < values[i][k])));
}

async function testFront(page) {
  const state = await page.evaluate(() => ({objectives: data.objectives,
    front: data.points.front.map((row) => String(pointNumbers[row])),
    infeasible: data.points.infeasible.map((row) => String(pointNumbers[row]))}));
  const outside = new Set(state.infeasible);
  const expected = frontOf(state.objectives, [...points.keys()].filter((number) => !outside.has(number)));
  same('the front', [...state.front].sort(), expected.sort());
  const column = async () => page.evaluate(() => [...document.querySelectorAll('#front tbody tr')]
    .map((row) => row.children[1].textContent));
  const head = page.locator('#front th').nth(1).locator('button');
  await head.click();
  const up = (await column()).map((text) => Number(plain(text)));
  await head.click();
  const down = (await column()).map((text) => Number(plain(text)));
  check('the table of the front sorts up and down', up.every((value, i) => i === 0 || up[i - 1] <= value)
    && down.every((value, i) => i === 0 || down[i - 1] >= value) && up.length === expected.length, [up, down]);
}

async function testInfluence(page, keys) {
  const objective = keys.objectives[0];
  await page.selectOption('#influence-of', objective);
  const shown = await page.evaluate(() => [...document.querySelectorAll('#influence > div')]
    .map((block) => [block.dataset.axis, block.querySelector('strong').textContent]));
  const results = [...points.values()].filter((cells) => cells[objective] !== '');
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const all = results.map((cells) => Number(cells[objective]));
  const expected = shown.map(([axis]) => {
    const groups = new Map();
    for (const cells of results) groups.set(cells[axis], [...(groups.get(cells[axis]) || []), Number(cells[objective])]);
    let between = 0;
    for (const group of groups.values()) between += group.length * (mean(group) - mean(all)) ** 2;
    const total = all.reduce((sum, value) => sum + (value - mean(all)) ** 2, 0);
    return [axis, (100 * between / total).toFixed(1) + ' %'];
  });
  same('the influence of each axis', shown, expected);
}

async function testFilters(page, keys) {
  const axis = keys.axes[0];
  const value = [...points.values()][0][axis];
  const before = (await drawn(page)).length;
  await page.uncheck(`[data-filter="${axis}=${value}"]`);
  const left = (await drawn(page)).map(([, , number]) => points.get(number)[axis]);
  check('a filter hides the points of a value', left.length < before && !left.includes(value), left.length);
  await page.check(`[data-filter="${axis}=${value}"]`);
  same('and brings them back', (await drawn(page)).length, before);
}

async function testTheme(page) {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await background();
  await page.click('[data-theme-button]');
  check('the other theme', await background() !== before, before);
}

(async () => {
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']});
  const context = await browser.newContext({viewport: {width: 1400, height: 1000},
    permissions: ['clipboard-read', 'clipboard-write']});
  const page = await context.newPage();
  const said = [], requests = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  context.on('request', (request) => requests.push(request.url()));
  const start = Date.now();
  await page.goto('file://' + fs.realpathSync(pageFile));
  const loading = Date.now() - start;
  const keys = await page.evaluate(() => ({
    axes: varyingAxes.filter((field) => !field.isDerived).map((field) => field.key),
    objectives: objectiveFields.map((field) => field.key),
    metric: metricFields.find((field) => !field.isObjective).key,
  }));
  await testAxes(page, keys);
  await testTooltips(page, keys);
  await testClick(page);
  await testKeyboard(page);
  await testFront(page);
  await testInfluence(page, keys);
  await testFilters(page, keys);
  await testTheme(page);
  same('no message in the console', said, []);
  same('no request but for the page itself', requests.length, 1);
  check('drawn within 10 s', loading < 10000, loading);
  await browser.close();
  const {checks, failures} = counts();
  console.log(`${checks} checks`);
  process.exit(failures ? 1 : 0);
})();
