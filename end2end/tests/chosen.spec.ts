// Orders that stand are ticked in the list and go on together; one that moves by itself has no box.
import { Product } from './support/product.ts';
import { eventually, expect, open, signIn, test, unfold, useProduct } from './support/test.ts';

const STOPPED_MS = 40_000;
const DONE_MS = 40_000;

const product = useProduct(() => Product.connected());

test('ticked orders go on, and the one left out stays', async ({ page }) => {
  test.setTimeout(120_000);
  const { twins } = product();
  const numbers = ['SO-T-1', 'SO-T-2', 'SO-T-3'];
  for (const number of numbers) {
    await twins.fault({ system: 'd365', op: 'patch', kind: 'status', status: 400, times: 1, match: number });
    await twins.placeOrder({ number });
  }
  await twins.placeOrder({ number: 'SO-T-4' });
  await signIn(page, product(), '/orders');
  await eventually(page, STOPPED_MS, async () => {
    await expect(page.locator('[data-testid=order-row] [data-status=parked]')).toHaveCount(3, { timeout: 1_000 });
  });
  await expect(page.getByRole('checkbox', { name: 'Tick SO-T-4' })).toHaveCount(0);
  await page.getByRole('checkbox', { name: 'Tick SO-T-1' }).check();
  await page.getByRole('checkbox', { name: 'Tick SO-T-2' }).check();
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
  await open(page, product(), '/orders?state=parked');
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
