// SPDX-License-Identifier: Apache-2.0
// usage: node picture.js NODE_MODULES PAGE.html OUT.png WIDTH HEIGHT [light|dark|print]
// The top of a page as a picture (HEIGHT 0: all of it), in a theme or as on paper.
'use strict';
const fs = require('fs');
const [modules, pageFile, out, width, height, look = 'light'] = process.argv.slice(2);
const {chromium} = require(modules + '/playwright-core');

(async () => {
  const browser = await chromium.launch({executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu']});
  const page = await browser.newPage({viewport: {width: Number(width), height: Number(height) || 900},
    colorScheme: look === 'dark' ? 'dark' : 'light'});
  await page.goto('file://' + fs.realpathSync(pageFile));
  await page.waitForSelector('html[data-drawn]', {state: 'attached'});
  if (look === 'print') await page.emulateMedia({media: 'print'});
  await page.screenshot({path: out, fullPage: Number(height) === 0});
  await browser.close();
})();
