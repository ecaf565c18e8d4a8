// Every page in both colour schemes and four sizes: axe finds nothing, nothing scrolls sideways, and
// a screenshot is left in end2end/screenshots for human eyes. No route of the site is left out.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Product } from './support/product.ts';
import { expect, open, signIn, test, useProduct, watch } from './support/test.ts';

const SCHEMES = ['light', 'dark'] as const;
/** The narrowest phone, a phone, a dock tablet, a desk. */
const SIZES = {
  '320x568': { width: 320, height: 568 },
  '390x844': { width: 390, height: 844 },
  '768x1024': { width: 768, height: 1024 },
  '1280x720': { width: 1280, height: 720 },
};
/** Looked at, and no wider than the screen; axe sees the size below and the size above. */
const WITHOUT_AXE = ['390x844'];

const PAGES = {
  attention: '/',
  repair: '/attention/order.street-too-long~ship~street',
  'repair-phones': '/attention/order.phone-missing~ship~phone',
  recover: '/recover',
  orders: '/orders',
  search: '/search?q=4213',
  'search-found': '/search?q=SO-001033',
  'search-list': '/search?q=motor%20city',
  'search-cause': '/search?q=street-too-long',
  'search-nothing': '/search?q=there-is-no-such-order',
  'orders-parked': '/orders?state=parked',
  'orders-none': '/orders?search=there-is-no-such-order',
  'order-closed': '/orders/usmf/SO-SEEN-1',
  'order-parked': '/orders/usmf/SO-001007',
  'order-split': '/orders/usmf/SO-001033',
  'order-pieces': '/orders/usmf/SO-001035',
  people: '/people',
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
/** Pages whose address is known once there is something to show. */
const made: { batch?: string; delivery?: string } = {};
const SIGNED_OUT = { login: '/login', 'login-refused': '/login?problem=auth.wrong-name-or-password' };

// The two schemes side by side, each with products of its own.
test.describe.configure({ mode: 'parallel' });
const product = useProduct(() => Product.demo());
const unused = useProduct(() => Product.firstRun());

async function look(page: Page, name: string, axe: boolean): Promise<void> {
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
  if (!axe) return;
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
test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  const { twins } = product();
  await twins.ask('POST', 'clock', { journey_s: 8 });
  await twins.placeOrder({ number: 'SO-SEEN-1', lines: [{ item: '6205-2RS', quantity: 12 }, { item: 'UCP208-24' }] });
  await expect.poll(async () => (await twins.order('SO-SEEN-1'))?.FdxStatus, { timeout: 90_000 }).toMatch(/^delivered$/i);
  const page = await browser.newPage();
  await signIn(page, product(), PAGES.repair);
  // Asked for, not begun: the orders stay for the other pictures.
  await page.getByTestId('try-repair').click();
  await page.waitForURL('**/batches/*', { timeout: 60_000 });
  made.batch = new URL(page.url()).pathname;
  await open(page, product(), '/inbox');
  made.delivery = (await page.locator('main a[href^="/inbox/"]').first().getAttribute('href')) ?? undefined;
  expect(made.delivery, 'a delivery in the inbox').toBeTruthy();
  await page.close();
});

test('no route of the site is left out', () => {
  const site = readFileSync(join(import.meta.dirname, '../../app/src/site.rs'), 'utf8');
  const routes = [...site.matchAll(/path!\("([^"]+)"\)/g)].map(([, route]) => route as string);
  expect(routes.length).toBeGreaterThan(20);
  const seen = [...Object.values(PAGES), ...Object.values(SIGNED_OUT), '/setup', made.batch ?? '', made.delivery ?? ''];
  const paths = seen.map((path) => path.replace(/\?.*/, ''));
  const left = routes.filter((route) => {
    const shape = new RegExp(`^${route.replace(/:[a-z]+/g, '[^/]+')}$`);
    return !paths.some((path) => shape.test(path));
  });
  expect(left).toEqual([]);
});

for (const scheme of SCHEMES) {
  // One test for all pages: a browser that already has the files shows the next page at once.
  test(`every page in ${scheme} at every size`, async ({ browser }) => {
    test.setTimeout(1_800_000);
    const context = await browser.newContext({ colorScheme: scheme });
    const errors = watch(context);
    const page = await context.newPage();
    const visit = async (of: Product, name: string, path: string) => {
      await test.step(name, async () => {
        await open(page, of, path);
        for (const [size, viewport] of Object.entries(SIZES)) {
          await page.setViewportSize(viewport);
          await look(page, `${name}-${size}-${scheme}`, !WITHOUT_AXE.includes(size));
        }
      });
    };
    await visit(unused(), 'setup', '/setup');
    await context.clearCookies();
    for (const [name, path] of Object.entries(SIGNED_OUT)) await visit(product(), name, path);
    await signIn(page, product());
    for (const [name, path] of Object.entries({ ...PAGES, ...made })) await visit(product(), name, path);
    // An unknown page is a 404, which the browser reports as an error.
    expect(errors.filter((error) => !/nothing-here: .*404/.test(error))).toEqual([]);
    await context.close();
  });
}
