// Orders that stand are ticked in the list and go on together; one that moves by itself has no box.
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, hasJavaScript, open, signIn, test, unfold, useProduct } from './support/test.ts';

const STOPPED_MS = 40_000;
const DONE_MS = 40_000;

// Nothing tracks here: a scan that comes between looking and deciding would be a reason to leave an order.
const product = useProduct(() => Product.connected({ ML_TRACK_INTERVAL_S: '86400' }));

/** An order that stops after its label, because Dynamics 365 refuses once. */
async function placeStopping(number: string): Promise<void> {
  const { twins } = product();
  await twins.fault({ system: 'd365', op: 'patch', kind: 'status', status: 400, times: 1, match: number });
  await twins.placeOrder({ number });
}

/** Waits until this many of the list stand. */
async function untilParked(page: Page, count: number): Promise<void> {
  await eventually(page, STOPPED_MS, async () => {
    await expect(page.locator('[data-testid=order-row] [data-status=parked]')).toHaveCount(count, { timeout: 1_000 });
  });
}

test('ticked orders go on, and the one left out stays', async ({ page }) => {
  const { twins } = product();
  const numbers = ['SO-T-1', 'SO-T-2', 'SO-T-3'];
  for (const number of numbers) await placeStopping(number);
  await twins.placeOrder({ number: 'SO-T-4' });
  await signIn(page, product(), '/orders');
  await untilParked(page, 3);
  await expect(page.getByRole('checkbox', { name: 'Tick SO-T-4' })).toHaveCount(0);
  await page.getByRole('checkbox', { name: 'Tick SO-T-1' }).check();
  await page.getByRole('checkbox', { name: 'Tick SO-T-2' }).check();
  if (hasJavaScript()) await expect(page.getByTestId('go-on')).toContainText('Go on with 2');
  await unfold(page.locator('#ticked'));
  await page.getByTestId('ticked-form').getByLabel('Reason').fill('Dynamics 365 takes it again');
  await page.getByTestId('go-on').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Go on: orders ticked in the list' })).toBeVisible();
  await eventually(page, DONE_MS, async () => {
    await expect(page.getByTestId('headline')).toHaveText(/^All 2 had their turn/, { timeout: 1_000 });
  });
  for (const number of numbers.slice(0, 2)) {
    await expect.poll(async () => (await twins.order(number))?.FdxTrackingNumber, { timeout: DONE_MS }).toMatch(/^\d{12}$/);
    expect(await twins.liveLabels(number), number).toHaveLength(1);
  }
  await open(page, product(), '/orders?state=parked&search=SO-T');
  await expect(page.getByTestId('order-row')).toHaveCount(1);
  await expect(page.getByTestId('order-row')).toContainText('SO-T-3');

  // All that match: frozen, shown, and nothing is done before the yes.
  await unfold(page.locator('#ticked'));
  await page.getByRole('checkbox', { name: /^All that stand/ }).check();
  await page.getByTestId('ticked-form').getByLabel('Reason').fill('The rest too');
  await page.getByTestId('go-on').click();
  await expect(page.getByRole('heading', { level: 1, name: /^Go on: all orders that stand/ })).toBeVisible();
  await expect(page.getByTestId('batch-item')).toHaveCount(1);
  await expect(page.getByTestId('start-batch')).toHaveText(/Go on 1/);
  await page.getByTestId('start-batch').click();
  await eventually(page, DONE_MS, async () => {
    await expect(page.getByTestId('headline')).toHaveText(/^All 1 had their turn/, { timeout: 1_000 });
  });
  expect(await twins.liveLabels('SO-T-3')).toHaveLength(1);
});

test('the order that was ticked is the one that goes on, however the list moves under it @live', async ({ page }) => {
  const { twins } = product();
  for (const number of ['SO-M-1', 'SO-M-2']) await placeStopping(number);
  await signIn(page, product(), '/orders?search=SO-M');
  await untilParked(page, 2);
  await page.getByRole('checkbox', { name: 'Tick SO-M-1' }).check();
  await twins.placeOrder({ number: 'SO-M-3' });
  // It is above the others for the server; here it waits until nobody is at the rows.
  await expect(page.getByTestId('new-rows')).toBeVisible({ timeout: STOPPED_MS });
  await unfold(page.locator('#ticked'));
  await page.getByTestId('ticked-form').getByLabel('Reason').fill('Only this one');
  await page.getByTestId('go-on').click();
  await expect(page.getByRole('heading', { level: 1, name: 'Go on: orders ticked in the list' })).toBeVisible();
  await expect(page.getByTestId('batch-item')).toHaveCount(1);
  await expect(page.getByTestId('batch-item')).toContainText('SO-M-1');
  await eventually(page, DONE_MS, async () => {
    await expect(page.getByTestId('headline')).toHaveText(/^All 1 had their turn/, { timeout: 1_000 });
  });
  await open(page, product(), '/orders?state=parked&search=SO-M');
  await expect(page.getByTestId('order-row')).toHaveCount(1, { timeout: DONE_MS });
  await expect(page.getByTestId('order-row')).toContainText('SO-M-2');
});
