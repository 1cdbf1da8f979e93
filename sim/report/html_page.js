// SPDX-License-Identifier: Apache-2.0
// What the scripts of all pages share.

/** The document that the page was made with. */
function pageData() {
  return JSON.parse(document.getElementById('page-data').textContent);
}

/** element('td', {class: 'number'}, 'text', otherElement); attributes that are null are left out. */
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function byId(id) {
  return document.getElementById(id);
}

/** The exact number: integers in groups of three digits, others in their shortest form. */
function exactNumber(value) {
  if (Number.isNaN(value)) return '-';
  if (!Number.isInteger(value) || Math.abs(value) >= 1e15) return String(value);
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Four digits at most, with the prefix of a power of thousand: 12.8 G. */
function shortNumber(value) {
  if (Number.isNaN(value)) return '-';
  const magnitude = Math.abs(value);
  if (magnitude === 0) return '0';
  for (const [factor, prefix] of [[1e12, ' T'], [1e9, ' G'], [1e6, ' M'], [1e3, ' k']]) {
    if (magnitude >= factor) {
      return String(Number((value / factor).toPrecision(4))) + prefix;
    }
  }
  if (magnitude >= 1e-3) return String(Number(value.toPrecision(4)));
  for (const [factor, prefix] of [[1e-6, ' µ'], [1e-9, ' n'], [1e-12, ' p']]) {
    if (magnitude >= factor) return String(Number((value / factor).toPrecision(4))) + prefix;
  }
  return value.toExponential(2);
}

const siUnits = {s: 's', Hz: 'Hz', 'B/s': 'B/s', W: 'W', J: 'J'};

/** For people: 12.8 GB/s, 64 KiB, 70.5 %, 0.16 mm², 3.2 µJ, 55,028 cycles. */
function quantity(value, unit) {
  if (Number.isNaN(value)) return '-';
  if (unit === 'fraction') return `${Number((100 * value).toPrecision(6))} %`;
  if (unit === 'pJ') return quantity(value / 1e12, 'J');
  if (unit === 'µm²') return `${Number((value / 1e6).toPrecision(4))} mm²`;
  if (unit === 'B') {
    for (const [size, name] of [[2 ** 30, 'GiB'], [2 ** 20, 'MiB'], [2 ** 10, 'KiB']]) {
      if (value >= size) return `${Number((value / size).toPrecision(4))} ${name}`;
    }
  }
  if (unit in siUnits) {
    const [digits, prefix] = (shortNumber(value) + ' ').split(' ');
    return `${digits} ${prefix}${unit}`;
  }
  const text = Math.abs(value) < 1e9 && Number.isInteger(value) ? exactNumber(value) : shortNumber(value);
  return unit ? `${text} ${unit}` : text;
}

/** Puts the text into the clipboard; whether that worked. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (refused) {
    const area = element('textarea', {class: 'unseen', 'aria-hidden': 'true'});
    area.value = text;
    const focused = document.activeElement;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    if (focused) focused.focus();
    return copied;
  }
}

/** The value of a custom property of the theme in use: themeColour('ink'). */
function themeColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Calls `redraw` whenever the theme becomes another one. */
function onThemeChange(redraw) {
  document.addEventListener('themechange', redraw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
}

for (const button of document.querySelectorAll('[data-theme-button]')) {
  const name = () => { button.textContent = isDark() ? 'Light' : 'Dark'; };
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
    document.dispatchEvent(new Event('themechange'));
  });
  onThemeChange(name);
  name();
}

/**
 * A table whose columns sort by a click on their headings.
 * columns: {label, unit, number: bool, text(row), value(row), cell(row)}; cell is optional.
 */
function sortableTable(caption, columns, rows, onRow) {
  let sorted = {column: -1, descending: false};
  const body = element('tbody');
  const heads = columns.map((column, index) => element('th', {
    scope: 'col', class: column.number ? 'number' : null,
  }, element('button', {type: 'button', click: () => sortBy(index)}, column.label)));
  function fill(ordered) {
    body.replaceChildren(...ordered.map((row) => {
      const line = element('tr', {}, ...columns.map((column) => element('td', {
        class: column.number ? 'number' : null,
      }, column.cell ? column.cell(row) : column.text(row))));
      if (onRow) onRow(line, row);
      return line;
    }));
  }
  function sortBy(index) {
    sorted = {column: index, descending: sorted.column === index && !sorted.descending};
    const sign = sorted.descending ? -1 : 1;
    const value = columns[index].value;
    fill([...rows].sort((a, b) => {
      const left = value(a), right = value(b);
      return left < right ? -sign : left > right ? sign : 0;
    }));
    heads.forEach((head, at) => {
      if (at === index) head.setAttribute('aria-sort', sorted.descending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
  }
  fill(rows);
  return element('table', {}, element('caption', {class: 'unseen'}, caption),
    element('thead', {}, element('tr', {}, ...heads)), body);
}
