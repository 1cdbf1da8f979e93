// SPDX-License-Identifier: Apache-2.0
// usage: node compare.js NODE_MODULES LEVEL PREFIX...
// Runs PREFIX.onnx in onnxruntime on PREFIX_inputs.npy, image by image, and prints a line of JSON that
// compares its first output with the codes in PREFIX_logits.npy, and classes with the labels in
// PREFIX.json. LEVEL of graph optimization: disabled means that every operator is computed as ONNX
// describes it, in float, on any processor.
'use strict';
const fs = require('fs');
const [, , modules, level, ...prefixes] = process.argv;
const ort = require(modules + '/onnxruntime-node');

function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').map((text) => text.trim())
                    .filter((text) => text !== '').map(Number);
  const data = bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length);
  return {shape, values: header.includes("'<f4'") ? new Float32Array(data) : new Int8Array(data)};
}

// Ties go to the lowest class, as everywhere here.
function best(values) {
  let found = 0;
  for (let i = 1; i < values.length; ++i) {
    if (values[i] > values[found]) found = i;
  }
  return found;
}

async function compare(prefix) {
  const description = JSON.parse(fs.readFileSync(prefix + '.json', 'utf8'));
  const inputs = readNpy(prefix + '_inputs.npy');
  const logits = readNpy(prefix + '_logits.npy');
  const session = await ort.InferenceSession.create(
      prefix + '.onnx', {graphOptimizationLevel: level, intraOpNumThreads: 1});
  const images = logits.shape[0];
  const perInput = inputs.values.length / images;
  const perOutput = logits.values.length / images;
  const result = {name: prefix.split('/').pop(), images, same_class: 0, ours: 0, theirs: 0,
                  logits: logits.values.length, different: 0, largest: 0};
  for (let i = 0; i < images; ++i) {
    const values = inputs.values.subarray(i * perInput, (i + 1) * perInput);
    const tensor = new ort.Tensor('float32', values, [1, ...inputs.shape.slice(1)]);
    const outputs = await session.run({[description.input]: tensor});
    const theirs = outputs[description.output].data;
    const ours = logits.values.subarray(i * perOutput, (i + 1) * perOutput);
    if (theirs.length !== perOutput) throw new Error(`${prefix}: ${theirs.length} values`);
    for (let k = 0; k < perOutput; ++k) {
      const code = Math.round(theirs[k] / description.scale) + description.zero_point;
      const difference = Math.abs(code - ours[k]);
      result.different += difference > 0 ? 1 : 0;
      result.largest = Math.max(result.largest, difference);
    }
    const label = description.labels[i];
    result.same_class += best(theirs) === best(ours) ? 1 : 0;
    result.ours += best(ours) === label ? 1 : 0;
    result.theirs += best(theirs) === label ? 1 : 0;
  }
  console.log(JSON.stringify(result));
}

(async () => {
  for (const prefix of prefixes) await compare(prefix);
})();
