// Every page in both colour schemes and two sizes: axe finds nothing, nothing scrolls sideways, and
// a screenshot is left in end2end/screenshots for human eyes.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { expect, open, signIn, test, useProduct, watch } from './support/test.ts';

const SCHEMES = ['light', 'dark'] as const;
const SIZES = { '1280x720': { width: 1280, height: 720 }, '390x844': { width: 390, height: 844 } };

const PAGES = {
  attention: '/',
  repair: '/attention/order.street-too-long~ship~street',
  'repair-phones': '/attention/order.phone-missing~ship~phone',
  recover: '/recover',
  orders: '/orders',
  search: '/search?q=4213',
  'search-found': '/search?q=SO-001033',
  'search-list': '/search?q=so%2000100',
  'search-cause': '/search?q=street-too-long',
  'search-nothing': '/search?q=there-is-no-such-order',
  'orders-parked': '/orders?state=parked',
  'orders-none': '/orders?search=there-is-no-such-order',
  'order-closed': '/orders/usmf/SO-SEEN-1',
  'order-parked': '/orders/usmf/SO-001007',
  'order-split': '/orders/usmf/SO-001033',
  'order-pieces': '/orders/usmf/SO-001035',
  rules: '/rules',
  'rules-suggested': '/rules?suggest=1',
  parcels: '/parcels',
  'parcels-moving': '/parcels?show=under-way',
  inbox: '/inbox',
  pull: '/pull',
  'pull-why': '/pull?number=SO-001007',
  approve: '/approve',
  'write-back': '/write-back',
  day: '/day',
  figures: '/figures',
  'figures-month': '/figures?span=30d',
  printers: '/printers',
  start: '/start',
  'start-d365': '/start/d365',
  'start-fedex': '/start/fedex',
  trail: '/trail',
  'trail-order': '/trail?order=SO-001002',
  connections: '/connections',
  'not-found': '/nothing-here',
};
const SIGNED_OUT = { login: '/login', 'login-refused': '/login?problem=auth.wrong-name-or-password' };

const product = useProduct(() => Product.demo());
const unused = useProduct(() => Product.firstRun());

async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({
    path: `screenshots/${name}.png`,
    fullPage: true,
    animations: 'disabled',
    // The frame is as tall as a window; on a picture of the whole page it would cross the text.
    style: '.rehearsal-frame { display: none }',
  });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(sideways, `${name}: pixels to scroll sideways`).toBeLessThanOrEqual(0);
  const { violations } = await new AxeBuilder({ page })
    // What is inside the PDF viewer is the browser's.
    .exclude('object')
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
  expect.soft(found, `${name}: axe`).toEqual([]);
  // axe leaves this to a person: a label would name the wrong field.
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))];
  });
  expect.soft(twice, `${name}: ids that stand twice`).toEqual([]);
}

// An order that has been all the way, so that there is one to look at.
test.beforeAll(async () => {
  test.setTimeout(120_000);
  const { twins } = product();
  await twins.ask('POST', 'clock', { journey_s: 8 });
  await twins.placeOrder({ number: 'SO-SEEN-1', lines: [{ item: '6205-2RS', quantity: 12 }, { item: 'UCP208-24' }] });
  await expect.poll(async () => (await twins.order('SO-SEEN-1'))?.FdxStatus, { timeout: 90_000 }).toMatch(/^delivered$/i);
});

for (const scheme of SCHEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    // One test for all pages: a browser that already has the files shows the next page at once.
    test(`every page in ${scheme} at ${size}`, async ({ browser }) => {
      test.setTimeout(180_000);
      const context = await browser.newContext({ colorScheme: scheme, viewport });
      const errors = watch(context);
      const page = await context.newPage();
      const visit = async (of: Product, name: string, path: string) => {
        await test.step(name, async () => {
          await open(page, of, path);
          await look(page, `${name}-${size}-${scheme}`);
        });
      };
      await visit(unused(), 'setup', '/setup');
      await context.clearCookies();
      for (const [name, path] of Object.entries(SIGNED_OUT)) await visit(product(), name, path);
      await signIn(page, product());
      for (const [name, path] of Object.entries(PAGES)) await visit(product(), name, path);
      // An unknown page is a 404, which the browser reports as an error.
      expect(errors.filter((error) => !/nothing-here: .*404/.test(error))).toEqual([]);
      await context.close();
    });
  }
}
