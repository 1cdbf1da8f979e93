// SPDX-License-Identifier: Apache-2.0
// What the pages of a run, of a comparison and of an analysis share.

const {report, extra} = pageData();
const mainColours = ['#0072b2', '#4aa3dc'];

function pick(pair) {
  return pair[isDark() ? 1 : 0];
}

/** The middle of a long name gives way. */
function shortName(name, most) {
  if (name.length <= most) return name;
  const head = Math.ceil((most - 1) * 0.4);
  return name.slice(0, head) + '…' + name.slice(name.length - (most - 1 - head));
}

function plural(count, noun) {
  return `${exactNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function percentText(fraction, digits = 1) {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** A legend entry; with `press` it is a button that shows or hides. */
function legendKey(text, style, press, shape) {
  const mark = element('i', {class: shape || null});
  Object.assign(mark.style, style);
  if (!press) return element('span', {class: 'key'}, mark, text);
  const key = element('button', {type: 'button', class: 'key', 'aria-pressed': 'true', click: () => {
    const isShown = key.getAttribute('aria-pressed') !== 'true';
    key.setAttribute('aria-pressed', String(isShown));
    press(isShown);
  }}, mark, text);
  return key;
}

function card(name, value, more, kind, small) {
  return element('div', {class: 'card' + (kind ? ' ' + kind : '')}, element('span', {class: 'name'}, name),
    element('span', {class: 'value'}, value, small ? element('small', {}, small) : null),
    element('span', {class: 'more'}, more));
}
