// The life of a label: an order that changed after it, void and reship, void alone; and buying again
// after a purchase without an answer.
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const LABELLED = ['labelled', 'announced'];
const LABEL_MS = 60_000;

const product = useProduct(() => Product.demo());

// Parcels that nobody picks up while the test looks at them.
test.beforeAll(() => product().twins.ask('POST', 'clock', { journey_s: 7_200 }));

/** FedEx's first scan changes the shipment once more: from then on its page stands. */
async function untilScanned(page: Page): Promise<void> {
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('scan').first()).toBeAttached({ timeout: 1_000 });
  });
}

async function confirm(page: Page, testid: 'void' | 'reship', reason: string): Promise<void> {
  const ask = page.getByTestId(testid);
  await unfold(ask);
  await expect(ask).toContainText('FedEx is asked to cancel the label');
  await ask.getByLabel('Reason').fill(reason);
  await page.getByTestId(`${testid}-confirm`).click();
}

test('an order that changed after its label is voided and shipped anew', async ({ page }) => {
  test.setTimeout(240_000);
  const number = 'SO-MOVED-1';
  await product().twins.placeOrder({ number });
  await signIn(page, product());
  await openOrder(page, product(), number);
  await untilState(page, LABELLED, LABEL_MS);
  await untilScanned(page);
  const [first] = await product().twins.liveLabels(number);

  await product().twins.ask('PATCH', `orders/usmf/${number}`, {
    address: { street: '500 Elm St', city: 'Dallas', state: 'TX', zip: '75202' },
  });
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('changes')).toContainText('500 Elm St', { timeout: 2_000 });
  });
  await confirm(page, 'reship', 'The customer moved');

  // The old shipment stays, folded; the new one stands for the order.
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('shipment')).toHaveCount(2, { timeout: 2_000 });
  });
  await untilState(page, LABELLED, LABEL_MS);
  const live = await product().twins.liveLabels(number);
  expect(live).toHaveLength(1);
  expect(live[0]?.tracking_number).not.toBe(first?.tracking_number);
  expect(live[0]?.consignee.street).toEqual(['500 Elm St']);
  const old = page.getByTestId('shipment').locator('> summary').filter({ hasText: first?.tracking_number ?? '-' });
  await expect(old).toContainText('Voided');
  await expect
    .poll(async () => (await product().twins.order(number))?.FdxTrackingNumber, { timeout: LABEL_MS })
    .toBe(live[0]?.tracking_number);
  await open(page, product(), `/trail?order=${number}&actor=demo`);
  await expect(page.getByTestId('trail-row').filter({ hasText: 'The customer moved' })).not.toHaveCount(0);
});

test('a voided label is gone from FedEx and from the order', async ({ page }) => {
  test.setTimeout(240_000);
  const number = 'SO-VOID-1';
  await product().twins.placeOrder({ number });
  await signIn(page, product());
  await openOrder(page, product(), number);
  await untilState(page, ['announced'], LABEL_MS);
  await untilScanned(page);
  await unfold(page.getByTestId('more'));
  await confirm(page, 'void', 'Sold twice');
  await untilState(page, ['voided'], LABEL_MS);
  expect(await product().twins.liveLabels(number)).toHaveLength(0);
  await expect
    .poll(async () => (await product().twins.order(number))?.FdxTrackingNumber, { timeout: LABEL_MS })
    .toBe('');
});

test('after an unknown outcome a label is bought again only by decision, with a reason', async ({ page }) => {
  test.setTimeout(240_000);
  const number = 'SO-UNKNOWN-1';
  await product().twins.fault({ system: 'fedex', op: 'ship', kind: 'cut_before', times: 1, match: number });
  await product().twins.placeOrder({ number });
  await signIn(page, product());
  await openOrder(page, product(), number);
  await untilState(page, ['outcome_unknown'], LABEL_MS);
  const ask = page.getByTestId('buy-again');
  await unfold(ask);
  await expect(ask).toContainText('a second one costs money');
  await ask.getByLabel('How do you know?').fill('FedEx support knows no such shipment');
  await page.getByTestId('buy-again-confirm').click();
  await untilState(page, LABELLED, LABEL_MS);
  expect(await product().twins.liveLabels(number)).toHaveLength(1);
  await open(page, product(), `/trail?order=${number}&actor=demo`);
  await expect(page.getByTestId('trail-row').filter({ hasText: 'knows no such shipment' })).not.toHaveCount(0);
});
