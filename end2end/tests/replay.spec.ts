// What failed is mended and replayed from the browser, with and without JavaScript, and never
// bought twice.
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, untilState, useProduct, WITH_LABEL } from './support/test.ts';

const LABEL_MS = 60_000;

const product = useProduct(() => Product.demo());

async function untilParked(page: Page, number: string, cause: string): Promise<void> {
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('cause')).toHaveAttribute('data-code', cause, { timeout: 2_000 });
  });
  expect(await product().twins.liveLabels(number)).toHaveLength(0);
}

test('a parked order is corrected and shipped', async ({ page }) => {
  await signIn(page, product(), '/orders?state=parked');
  await openOrder(page, product(), 'SO-001018');
  await untilParked(page, 'SO-001018', 'order.phone-missing');
  const form = page.getByTestId('correction-form');
  await form.getByLabel('Telephone').fill('6145550142');
  await form.getByLabel('Reason').fill('Called the customer');
  await page.getByTestId('correct').click();
  await untilState(page, WITH_LABEL, LABEL_MS);

  const labels = await product().twins.liveLabels('SO-001018');
  expect(labels).toHaveLength(1);
  expect(labels[0]?.consignee.phone).toBe('6145550142');
  await expect(page.getByTestId('tracking-number')).toHaveText(labels[0]?.tracking_number ?? '');
  await open(page, product(), '/trail?order=SO-001018&actor=demo');
  await expect(page.getByTestId('trail-row').filter({ hasText: 'Called the customer' })).not.toHaveCount(0);
});

test('a street that is too long is split over the lines', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), 'SO-001007');
  await untilParked(page, 'SO-001007', 'order.street-too-long');
  const form = page.getByTestId('correction-form');
  await form.getByLabel('Street 1').fill('12750 NW Industrial Technology Pkwy');
  await form.getByLabel('Street 2').fill('Building 14');
  await form.getByLabel('Street 3').fill('');
  await page.getByTestId('correct').click();
  await untilState(page, WITH_LABEL, LABEL_MS);
  const labels = await product().twins.liveLabels('SO-001007');
  expect(labels.map((label) => label.consignee.street)).toEqual([['12750 NW Industrial Technology Pkwy', 'Building 14']]);
});

test('what FedEx refused is replayed once FedEx takes it', async ({ page }) => {
  const number = 'SO-REFUSED-1';
  await product().twins.fault({
    system: 'fedex', op: 'ship', kind: 'status', status: 422, code: 'NEW.CODE', times: 0, match: number,
  });
  await product().twins.placeOrder({ number });
  await signIn(page, product());
  await openOrder(page, product(), number);
  await untilParked(page, number, 'fedex.refused');

  await product().twins.noFaults();
  await page.getByTestId('replay').click();
  await untilState(page, WITH_LABEL, LABEL_MS);
  expect(await product().twins.liveLabels(number)).toHaveLength(1);
});

test('a label whose answer was lost is found again, not bought again', async ({ page }) => {
  test.setTimeout(240_000);
  const number = 'SO-LOST-1';
  await product().twins.fault({ system: 'fedex', op: 'ship', kind: 'cut_after', times: 1, match: number });
  await product().twins.placeOrder({ number });
  await signIn(page, product());
  await openOrder(page, product(), number);
  await untilState(page, WITH_LABEL, 90_000);
  expect(await product().twins.liveLabels(number)).toHaveLength(1);
});

test('what cannot be replayed says why', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), 'SO-001001');
  await untilState(page, WITH_LABEL, LABEL_MS);
  await expect(page.getByTestId('replay')).toHaveCount(0);
  await expect(page.getByTestId('refusals')).toContainText(/Replay\s*\S+/);
});
