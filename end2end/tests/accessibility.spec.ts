// Every page in both colour schemes and two sizes: axe finds nothing, nothing scrolls sideways, and
// a screenshot is left in end2end/screenshots for human eyes.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { expect, open, signIn, test, untilState, useProduct } from './support/test.ts';

const SCHEMES = ['light', 'dark'] as const;
const SIZES = { '1280x720': { width: 1280, height: 720 }, '390x844': { width: 390, height: 844 } };

const PAGES = {
  attention: '/',
  orders: '/orders',
  'orders-parked': '/orders?state=parked',
  'orders-none': '/orders?search=there-is-no-such-order',
  'order-closed': '/orders/usmf/SO-SEEN-1',
  'order-parked': '/orders/usmf/SO-001007',
  trail: '/trail',
  'trail-order': '/trail?order=SO-001002',
  connections: '/connections',
  'not-found': '/nothing-here',
};
const SIGNED_OUT = { login: '/login', 'login-refused': '/login?problem=auth.wrong-name-or-password' };

const product = useProduct(() => Product.demo());
const unused = useProduct(() => Product.firstRun());

// An unknown page is a 404, which the browser reports as an error.
test.use({ expectedErrors: [/nothing-here: .*404/] });

async function look(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `screenshots/${name}.png`, fullPage: true, animations: 'disabled' });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect.soft(sideways, `${name}: pixels to scroll sideways`).toBeLessThanOrEqual(0);
  const { violations } = await new AxeBuilder({ page })
    // What is inside the PDF viewer is the browser's.
    .exclude('object')
    .analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target} ${node.failureSummary}`).join(' | ')}`);
  expect.soft(found, `${name}: axe`).toEqual([]);
}

test('there is an order that has been all the way', async ({ page }) => {
  test.setTimeout(120_000);
  await product().twins.ask('POST', 'clock', { journey_s: 8 });
  await product().twins.placeOrder({ number: 'SO-SEEN-1', lines: [{ item: '6205-2RS', quantity: 12 }, { item: 'UCP208-24' }] });
  await signIn(page, product(), '/orders');
  await page.getByTestId('order-row').filter({ hasText: 'SO-SEEN-1' }).waitFor({ timeout: 30_000 });
  await open(page, product(), '/orders/usmf/SO-SEEN-1');
  await untilState(page, ['closed'], 60_000);
});

for (const scheme of SCHEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(`${scheme} ${size}`, () => {
      test.use({ colorScheme: scheme, viewport });

      for (const [name, path] of Object.entries(PAGES)) {
        test(name, async ({ page }) => {
          await signIn(page, product(), path);
          await look(page, `${name}-${size}-${scheme}`);
        });
      }
      for (const [name, path] of Object.entries(SIGNED_OUT)) {
        test(name, async ({ page }) => {
          await open(page, product(), path);
          await look(page, `${name}-${size}-${scheme}`);
        });
      }
      test('setup', async ({ page }) => {
        await open(page, unused(), '/setup');
        await look(page, `setup-${size}-${scheme}`);
      });
      test('orders-of-nobody', async ({ page }) => {
        await open(page, unused(), '/orders');
        await expect(page).toHaveURL(/\/setup$/);
      });
    });
  }
}
