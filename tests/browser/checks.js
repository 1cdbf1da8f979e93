// SPDX-License-Identifier: Apache-2.0
// What the tests of pages count and print.
'use strict';

let checks = 0, failures = 0;

function check(name, holds, detail) {
  checks += 1;
  if (holds) return;
  failures += 1;
  console.log(`wrong: ${name}: ${JSON.stringify(detail)}`);
}

function same(name, got, expected) {
  const [left, right] = [got, expected].map((value) => JSON.stringify(value));
  check(name, left === right, {got: String(left).slice(0, 400), expected: String(right).slice(0, 400)});
}

module.exports = {check, same, counts: () => ({checks, failures})};
