// SPDX-License-Identifier: Apache-2.0
// Everything but the chart: choices, legend, filters, the selected point, front, influence, failures.

function svgKey(shape) {
  const holder = element('span');
  holder.innerHTML = `<svg width="18" height="14" aria-hidden="true">${shape}</svg>`;
  return holder.firstChild;
}

function drawLegend(colours, groups, drawnFailed, allFailed, hasLine) {
  const ink = themeColour('ink'), muted = themeColour('muted');
  const key = (shape, ...text) => element('div', {class: 'key'}, svgKey(shape), element('span', {}, ...text));
  const children = [element('h3', {}, 'Legend')];
  const sample = colours.kind === 'none' ? colours.of(0) : muted;
  if (objectiveFields.length) {
    children.push(key(`<circle cx="9" cy="7" r="5" fill="${sample}" stroke="${ink}" stroke-width="1.6"/>`,
      `on the front (${exactNumber(groups.front.length)})`));
  }
  children.push(key(`<circle cx="9" cy="7" r="4" fill="${sample}" fill-opacity=".75"/>`,
    `${stateNames.feasible} (${exactNumber(groups.feasible.length)})`));
  if (infeasible.size) {
    children.push(key(`<path d="M9 2 L14 11 L4 11 Z" fill="none" stroke="${sample}" stroke-width="1.3"/>`,
      `outside of the constraints (${exactNumber(groups.infeasible.length)})`));
  }
  if (data.failures.length) {
    const unseen = allFailed > drawnFailed ? ', not in this chart: they have no results'
      : choice.x.isAxis && choice.y.isAxis ? '' : ', at the edge';
    children.push(key(`<path d="M5 3 L13 11 M13 3 L5 11" stroke="${muted}" stroke-width="2"/>`,
      `failed (${allFailed})${unseen}`));
  }
  if (hasLine) {
    children.push(key(`<path d="M1 3 H9 V11 H17" fill="none" stroke="${ink}" stroke-width="1.5"
      stroke-dasharray="4 3"/>`, 'best of these two'));
  }
  if (choice.colour) children.push(element('h3', {}, choice.colour.label));
  if (colours.kind === 'categories') {
    choice.colour.categories.forEach((name, index) => children.push(
      key(`<circle cx="9" cy="7" r="5" fill="${colours.list[index]}"/>`, name)));
  } else if (colours.kind === 'ramp') {
    const stops = [0, .2, .4, .6, .8, 1].map(rampColour).join(', ');
    const {least, greatest} = colours.scale.range;
    const text = (value) => (choice.colour.isAxis && !choice.colour.numbers
      ? choice.colour.categories[value] : quantity(value, choice.colour.unit));
    children.push(element('div', {class: 'ramp', style: `background: linear-gradient(90deg, ${stops})`}),
      element('div', {class: 'ramp-ends muted'}, element('span', {}, text(least)), element('span', {}, text(greatest))));
  }
  if (choice.size) {
    const {least, greatest} = rangeOf(choice.size, data.rows);
    children.push(element('p', {class: 'small muted'},
      `Size: ${choice.size.label}, ${quantity(least, choice.size.unit)} to ${quantity(greatest, choice.size.unit)}`));
  }
  byId('legend').replaceChildren(...children);
}

function fillSelect(select, none) {
  const group = (label, list) => (list.length ? element('optgroup', {label},
    ...list.map((field) => element('option', {value: field.key}, title(field)))) : null);
  const parts = [none ? element('option', {value: ''}, none) : null,
    group('Objectives', objectiveFields),
    group('Axes', varyingAxes.filter((field) => !field.isObjective)),
    group('Other results', metricFields.filter((field) => !field.isObjective))];
  select.append(...parts.filter((part) => part));
}

function chooseFields() {
  const rest = [...objectiveFields, ...varyingAxes, ...metricFields, ...axisFields];
  choice.y = rest[0];
  choice.x = rest.find((field) => field !== choice.y) || rest[0];
  choice.colour = varyingAxes.find((field) => !field.numbers && field.categories.length <= maxCategories)
    || objectiveFields[2] || varyingAxes.find((field) => field !== choice.x && field !== choice.y) || null;
  for (const name of ['x', 'y', 'colour', 'size']) {
    const select = byId(name);
    fillSelect(select, name === 'colour' ? 'all alike' : name === 'size' ? 'all alike' : '');
    select.value = choice[name] ? choice[name].key : '';
    select.addEventListener('change', () => {
      choice[name] = fieldOf.get(select.value) || null;
      if (name === 'x' || name === 'y') offerLog(name);
      drawChart();
    });
  }
  for (const name of ['x', 'y']) {
    offerLog(name);
    byId(name + '-log').addEventListener('change', (event) => {
      choice[name + 'Log'] = event.target.checked;
      drawChart();
    });
  }
}

function offerLog(name) {
  const box = byId(name + '-log');
  box.disabled = !allowsLog(choice[name]);
  box.checked = choice[name + 'Log'] = prefersLog(choice[name]);
}

const mostFilterValues = 32;
function drawFilters() {
  const box = (label, hidden, value, name) => element('label', {},
    element('input', {type: 'checkbox', checked: '', 'data-filter': name, change: (event) => {
      if (event.target.checked) hidden.delete(value); else hidden.add(value);
      keyboardAt = -1;
      drawChart();
    }}), label);
  const states = ['front', 'feasible', 'infeasible', 'failed'].filter((state) =>
    allRows.some((row) => stateOf(row) === state));
  const sets = [element('h3', {}, 'Show')];
  if (states.length > 1) {
    sets.push(element('fieldset', {}, element('legend', {}, 'Points'),
      ...states.map((state) => box(stateNames[state], hiddenStates, state, 'state:' + state))));
  }
  for (const field of varyingAxes) {
    if (field.isDerived || field.categories.length > mostFilterValues) continue;
    const hidden = hiddenValues.get(field);
    sets.push(element('fieldset', {}, element('legend', {}, title(field)),
      ...field.categories.map((value, index) => box(
        brief(field, index), hidden, index, `${field.key}=${value}`))));
  }
  byId('filters').replaceChildren(...(sets.length > 1 ? sets : []));
}

function valueTable(caption, list, row) {
  return element('table', {}, element('caption', {}, caption), element('tbody', {}, ...list.map((field) =>
    element('tr', {}, element('th', {scope: 'row'}, title(field)), element('td', {class: 'number'}, field.exact(row))))));
}

async function selectPoint(row, copies) {
  selectedRow = row;
  const state = stateOf(row);
  const command = commandOf(row);
  byId('selected').hidden = false;
  byId('selected').dataset.point = pointNumbers[row];
  byId('selected-heading').textContent = `Point ${pointNumbers[row]}, ${stateNames[state]}`;
  byId('command').textContent = command;
  byId('copied').textContent = '';
  const folder = state === 'failed' ? 'failures' : 'points';
  const children = [valueTable('Axes', axisFields, row)];
  if (state === 'failed') {
    const failure = data.failures[row - finished];
    children.push(element('div', {}, element('h3', {}, `Why it failed: ${failure.kind}`), element('pre', {}, failure.message)));
  } else {
    if (objectiveFields.length) children.unshift(valueTable('Objectives', objectiveFields, row));
    children.push(element('details', {}, element('summary', {}, `All ${metricFields.length} results that vary`),
      element('div', {class: 'columns'}, ...metricFields.map((field) => element('div', {},
        element('span', {}, field.key), element('span', {}, field.exact(row)))))));
  }
  children.push(element('p', {class: 'small muted'}, `Record: ${folder}/${hashOf(row)}.json`));
  byId('selected-values').replaceChildren(...children);
  for (const line of document.querySelectorAll('#front tbody tr')) {
    line.classList.toggle('selected', Number(line.dataset.row) === row);
  }
  markSelected();
  if (copies) await copyCommand();
}

async function copyCommand() {
  const copied = await copyText(byId('command').textContent);
  byId('copied').textContent = copied ? 'Copied to the clipboard.' : 'Not copied: the browser does not allow it.';
}

function drawBest() {
  const cards = data.objectives.filter((objective) => objective.best !== null).map((objective) => {
    const field = fieldOf.get(objective.key);
    const row = objective.best;
    return element('button', {type: 'button', class: 'card', 'data-key': field.key, click: () => {
      selectPoint(row, false);
      byId('selected').scrollIntoView({block: 'nearest'});
    }},
    element('span', {class: 'name'}, `${field.maximise ? 'Most' : 'Least'}: ${field.label}`),
    element('span', {class: 'value'}, quantity(field.number(row), field.unit)),
    element('span', {class: 'where'}, `point ${pointNumbers[row]}: `
      + varyingAxes.filter((axis) => !axis.isDerived).map((axis) => `${axis.label} ${brief(axis, axis.index(row))}`).join(', ')));
  });
  byId('best').replaceChildren(...cards);
}

const mostFrontRows = 1000;
function drawFront() {
  if (!objectiveFields.length) {
    byId('front-note').textContent = 'Nothing to minimise or maximise was found in the results.';
    byId('front').hidden = true;
    return;
  }
  const goals = objectiveFields.map((field) => `${field.maximise ? 'most' : 'least'} ${field.label}`).join(', ');
  const cut = data.points.front.length > mostFrontRows
    ? ` The first ${mostFrontRows} are listed; npusim sweep report --csv writes all.` : '';
  byId('front-note').textContent = `The ${data.points.front.length} points that no other one beats in every respect: `
    + `${goals}.${data.objectivesAssumed ? ' The sweep file names no objectives; these were taken.' : ''}`
    + `${data.constraints.length ? ` Constraints: ${data.constraints.join(', ')}.` : ''}${cut}`;
  const shown = [...objectiveFields, ...varyingAxes.filter((field) => !field.isObjective)];
  const columns = [{label: 'point', number: true, text: (row) => String(pointNumbers[row]),
    value: (row) => pointNumbers[row],
    cell: (row) => element('button', {type: 'button', 'aria-label': `Select point ${pointNumbers[row]}`},
      String(pointNumbers[row]))}];
  for (const field of shown) {
    columns.push({label: title(field), number: !isCategorical(field), text: field.exact, value: field.number});
  }
  byId('front').replaceChildren(sortableTable('Pareto front', columns,
    data.points.front.slice(0, mostFrontRows), (line, row) => {
      line.dataset.row = row;
      line.classList.toggle('selected', row === selectedRow);
      line.addEventListener('click', () => selectPoint(row, true));
    }));
}

function influenceBlock(axis, entry) {
  const field = fieldOf.get(axis);
  const least = Math.min(...entry.values.map((value) => value[1]));
  const greatest = Math.max(...entry.values.map((value) => value[4]));
  const at = (value) => (greatest > least ? 100 * (value - least) / (greatest - least) : 50);
  const lines = entry.values.map(([points, low, median, mean, high], index) => (points === 0 ? null
    : element('tr', {}, element('th', {scope: 'row'}, brief(field, index)),
      element('td', {class: 'number', title: exactNumber(median)}, shortNumber(median)),
      element('td', {class: 'number', title: exactNumber(mean)}, shortNumber(mean)),
      element('td', {}, element('div', {class: 'span', title: `${points} points, ${exactNumber(low)} to ${exactNumber(high)}`},
        element('i', {style: `left: ${at(low)}%; width: ${at(high) - at(low)}%`}),
        element('b', {style: `left: ${at(median)}%`})))))).filter((line) => line);
  const percent = entry.share === null ? '-' : (100 * entry.share).toFixed(1) + ' %';
  return element('div', {'data-axis': axis}, element('h3', {}, title(field)),
    element('div', {class: 'share'}, element('div', {class: 'bar'},
      element('div', {style: `width: ${100 * (entry.share || 0)}%`})), element('strong', {}, percent)),
    element('table', {}, element('thead', {}, element('tr', {}, element('th', {scope: 'col'}, 'value'),
      element('th', {scope: 'col', class: 'number'}, 'median'), element('th', {scope: 'col', class: 'number'}, 'mean'),
      element('th', {scope: 'col'}, 'least to greatest'))), element('tbody', {}, ...lines)));
}

function drawInfluence() {
  const select = byId('influence-of');
  const show = () => {
    const entry = data.influence.find((candidate) => candidate.key === select.value);
    const blocks = entry.axes.map((axis, index) => ({axis: data.axes[index].key, entry: axis}))
      .filter(({axis}) => varyingAxes.includes(fieldOf.get(axis)) && !fieldOf.get(axis).isDerived)
      .sort((a, b) => (b.entry.share || 0) - (a.entry.share || 0));
    byId('influence').replaceChildren(...blocks.map(({axis, entry: values}) => influenceBlock(axis, values)));
  };
  byId('influence-panel').hidden = data.influence.length === 0;
  if (!data.influence.length) return;
  select.append(...data.influence.map((entry) => element('option', {value: entry.key}, title(fieldOf.get(entry.key)))));
  select.addEventListener('change', show);
  show();
}

function drawFailures() {
  byId('failed-panel').hidden = data.failures.length === 0;
  const columns = [
    {label: 'point', number: true, text: (row) => String(pointNumbers[row]), value: (row) => pointNumbers[row],
      cell: (row) => element('button', {type: 'button', click: () => selectPoint(row, true)}, String(pointNumbers[row]))},
    {label: 'kind', text: (row) => data.failures[row - finished].kind, value: (row) => data.failures[row - finished].kind},
    ...varyingAxes.map((field) => ({label: title(field), number: !isCategorical(field), text: field.exact, value: field.number})),
    {label: 'message', text: (row) => data.failures[row - finished].message, value: (row) => data.failures[row - finished].message},
  ];
  byId('failed').replaceChildren(sortableTable('Failed points', columns, failedRows.slice(0, mostFrontRows)));
}

function drawConstants() {
  const lines = [...axisFields.filter((field) => field.categories.length === 1).map((field) => [field.key, field.categories[0]]),
    ...data.constants.map(([key, value]) => [key, exactNumber(value)])];
  byId('constants-panel').hidden = lines.length === 0;
  byId('constants').replaceChildren(element('div', {class: 'columns'}, ...lines.map(([key, value]) =>
    element('div', {}, element('span', {}, key), element('span', {}, value)))));
}

byId('title').textContent = `Sweep ${data.name}`;
byId('summary').textContent = data.summary;
byId('footer').textContent = data.footer + (data.leftOut
  ? ` ${data.leftOut} results per point are left out here to keep the page small; points.csv has them.` : '');
byId('copy').addEventListener('click', copyCommand);
chooseFields();
drawFilters();
drawBest();
drawFront();
drawInfluence();
drawFailures();
drawConstants();
drawChart();
onThemeChange(() => drawChart());
