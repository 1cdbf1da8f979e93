// SPDX-License-Identifier: Apache-2.0
// The page's document as columns. A field is an axis or a metric:
//   {key, label, unit, isAxis, isObjective, maximise, categories, number(row), text(row)}
// Rows are the finished points, and behind them the failed ones, which have axes only.

const data = pageData();
const finished = data.finished;
const failedRows = data.failures.map((failure, index) => finished + index);
data.rows = Array.from({length: finished}, (_, row) => row);
const allRows = [...data.rows, ...failedRows];

/** Values of a column: {v: [...]}, {c: constant}, {same: index}, or {d: distinct, i: base64, b: bytes}. */
function decoded(column, all) {
  if (column.v) return column.v.map((value) => (value === null ? NaN : value));
  if (column.same !== undefined) return all[column.same];
  if (column.c !== undefined) return new Array(finished).fill(column.c);
  const bytes = atob(column.i);
  const values = new Array(bytes.length / column.b);
  for (let row = 0; row < values.length; ++row) {
    let index = 0;
    for (let byte = 0; byte < column.b; ++byte) {
      index += bytes.charCodeAt(row * column.b + byte) << (8 * byte);
    }
    const value = column.d ? column.d[index] : index;
    values[row] = value === null ? NaN : value;
  }
  return values;
}

const fields = [];
for (const axis of data.axes) {
  const indices = [...decoded(axis.column, []), ...data.failures.map((failure) => failure.axes[fields.length])];
  fields.push({
    key: axis.key, label: axis.label, unit: axis.unit, isAxis: true, isDerived: axis.derived,
    categories: axis.values, numbers: axis.numbers, flags: axis.flags,
    index: (row) => indices[row],
    number: (row) => (axis.numbers ? axis.numbers[indices[row]] : indices[row]),
    text: (row) => axis.values[indices[row]],
    exact: (row) => (axis.numbers ? exactNumber(axis.numbers[indices[row]]) : axis.values[indices[row]]),
  });
}
const axisFields = fields.slice();
const varyingAxes = axisFields.filter((field) => field.categories.length > 1);
const metricColumns = [];
for (const metric of data.metrics) {
  const values = decoded(metric.column, metricColumns);
  metricColumns.push(values);
  const objective = data.objectives.find((wanted) => wanted.key === metric.key);
  fields.push({
    key: metric.key, label: metric.label, unit: metric.unit, isAxis: false,
    isObjective: objective !== undefined, maximise: objective ? objective.maximise : false,
    number: (row) => (row < finished ? values[row] : NaN),
    text: (row) => (row < finished ? exactNumber(values[row]) : '-'),
    exact: (row) => (row < finished ? exactNumber(values[row]) : '-'),
  });
}
const metricFields = fields.slice(axisFields.length);
const fieldOf = new Map(fields.map((field) => [field.key, field]));
for (const objective of data.objectives) {  // an axis may be one, too
  Object.assign(fieldOf.get(objective.key), {isObjective: true, maximise: objective.maximise});
}
const objectiveFields = data.objectives.map((objective) => fieldOf.get(objective.key));

const pointNumbers = [...decoded(data.points.numbers, []), ...data.failures.map((failure) => failure.point)];
const rowOfPoint = new Map(pointNumbers.map((number, row) => [number, row]));
const onFront = new Set(data.points.front);
const infeasible = new Set(data.points.infeasible);

/** front, feasible, infeasible or failed. */
function stateOf(row) {
  if (row >= finished) return 'failed';
  if (onFront.has(row)) return 'front';
  return infeasible.has(row) ? 'infeasible' : 'feasible';
}

const stateNames = {
  front: 'on the front', feasible: 'dominated', infeasible: 'outside of the constraints',
  failed: 'failed',
};
if (!objectiveFields.length) stateNames.feasible = 'finished';

function hashOf(row) {
  return row < finished ? data.points.hashes.substr(16 * row, 16) : data.failures[row - finished].hash;
}

/** The command that reproduces the point, quoted for a shell. */
function commandOf(row) {
  const runAxis = axisFields.find((field) => field.key === 'run');
  const words = [data.command.program, runAxis ? runAxis.flags[runAxis.index(row)] : data.command.run];
  words.push(...data.command.set);
  for (const field of axisFields) if (field !== runAxis) words.push(field.flags[field.index(row)]);
  return words.join(' ');
}

/** "label (unit)" */
function title(field) {
  return field.unit ? `${field.label} (${field.unit})` : field.label;
}

/** An axis' value in few letters: 64 KiB, 12.8 GB/s; choices as they are. */
function brief(field, index) {
  return field.numbers ? quantity(field.numbers[index], field.unit === 'bits' ? '' : field.unit) : field.categories[index];
}

/** The rows that the filters keep, in order of points; changed by filters.js' callbacks. */
const hiddenValues = new Map(axisFields.map((field) => [field, new Set()]));
const hiddenStates = new Set();
function isShown(row) {
  if (hiddenStates.has(stateOf(row))) return false;
  for (const [field, hidden] of hiddenValues) if (hidden.has(field.index(row))) return false;
  return true;
}
