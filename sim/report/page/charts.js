// SPDX-License-Identifier: Apache-2.0
// What all charts have in common: they are drawn anew for another theme and for paper, they speak,
// and they can be walked through with the keyboard.

const charts = {};       // by the id of their canvas
const chartMakers = {};  // the same
let isPaper = false;

/** make() gives {config, height, describe(index)}; describe is what the keyboard says of an index. */
function addChart(id, make) {
  chartMakers[id] = make;
  const canvas = byId(id);
  let at = -1;
  canvas.addEventListener('keydown', (event) => {
    const chart = charts[id];
    const count = Math.max(...chart.data.datasets.filter((set) => !set.isLine).map((set) => set.data.length));
    const moves = {ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: 10, PageUp: -10,
      Home: -Infinity, End: Infinity};
    if (event.key === 'Escape') at = -1;
    else if (event.key in moves && count) at = at < 0 && moves[event.key] > 0 ? 0 : Math.min(Math.max(at + moves[event.key], 0), count - 1);
    else return;
    if (event.key === 'Home') at = 0;
    if (event.key === 'End') at = count - 1;
    event.preventDefault();
    showIndex(chart, at);
    byId('spoken').textContent = at < 0 ? '' : chart.describe(at);
  });
  canvas.addEventListener('blur', () => {
    at = -1;
    showIndex(charts[id], -1);
  });
}

/** The tooltip of all that stands at an index. */
function showIndex(chart, index) {
  if (!chart) return;
  const active = index < 0 ? [] : chart.data.datasets
    .map((set, datasetIndex) => ({set, datasetIndex, index}))
    .filter(({set, datasetIndex}) => !set.isLine && index < set.data.length && chart.isDatasetVisible(datasetIndex))
    .map(({datasetIndex}) => ({datasetIndex, index}));
  chart.setActiveElements(active);
  const first = active.length && chart.getDatasetMeta(active[0].datasetIndex).data[index];
  chart.tooltip.setActiveElements(active, first ? first.tooltipPosition() : {x: 0, y: 0});
  chart.update('none');
  if (!first) return;
  const scroll = chart.canvas.closest('.chart-scroll');
  if (scroll) {
    const top = first.y + chart.canvas.offsetTop - scroll.offsetTop;
    if (top < scroll.scrollTop + 40 || top > scroll.scrollTop + scroll.clientHeight - 40) {
      scroll.scrollTop = top - scroll.clientHeight / 2;
    }
  }
}

function drawChart(id) {
  const made = chartMakers[id]();
  if (charts[id]) charts[id].destroy();
  delete charts[id];
  if (!made) return;
  const canvas = byId(id);
  if (made.height) canvas.parentElement.style.height = made.height + 'px';
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.color = themeColour('muted');
  charts[id] = new Chart(canvas, made.config);
  charts[id].describe = made.describe;
  charts[id].redrawn = made.redrawn;
}

function drawCharts() {
  for (const id of Object.keys(chartMakers)) drawChart(id);
}

const fontSize = () => (isPaper ? 9 : 12);

/** Options that all charts have. */
function chartOptions(more) {
  return {
    animation: false, responsive: true, maintainAspectRatio: false,
    interaction: {mode: 'nearest', intersect: false, ...more.interaction},
    onHover: null,
    ...more,
    plugins: {legend: {display: false}, ...more.plugins, tooltip: {
      backgroundColor: themeColour('card'), titleColor: themeColour('ink'), bodyColor: themeColour('ink'),
      footerColor: themeColour('ink'), borderColor: themeColour('muted'), borderWidth: 1, padding: 9,
      boxPadding: 4, titleFont: {size: 13}, bodyFont: {size: 12}, footerFont: {size: 12, weight: 500},
      ...more.tooltip,
    }},
  };
}

function axis(title, more = {}) {
  return {
    title: {display: Boolean(title), text: title, color: themeColour('ink'), font: {size: fontSize() + 0.5, weight: 600}},
    grid: {color: themeColour('grid'), borderColor: themeColour('line')},
    ...more,
    ticks: {color: themeColour('muted'), font: {size: fontSize() - 0.5}, maxRotation: 0, autoSkipPadding: 14,
      ...more.ticks},
  };
}

/** 1, 2, 5 times powers of ten within the scale. */
function logTicks(scale) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(scale.min)); power <= Math.log10(scale.max); ++power) {
    for (const step of [1, 2, 5]) {
      const value = Number((step * 10 ** power).toPrecision(6));
      if (value >= scale.min && value <= scale.max) ticks.push({value});
    }
  }
  const decades = Math.log10(scale.max / scale.min);
  scale.ticks = decades > 3 ? ticks.filter(({value}) => /^1e/.test(value.toExponential())) : ticks;
}

function setPaper(is) {
  if (is === isPaper) return;
  isPaper = is;
  const root = document.documentElement.dataset;
  if (is) {
    root.screenTheme = root.theme || '';
    root.theme = 'light';
  } else {
    if (root.screenTheme) root.theme = root.screenTheme;
    else delete root.theme;
    delete root.screenTheme;
  }
  document.dispatchEvent(new Event('themechange'));
}

matchMedia('print').addEventListener('change', (event) => setPaper(event.matches));
addEventListener('beforeprint', () => setPaper(true));
addEventListener('afterprint', () => setPaper(false));
