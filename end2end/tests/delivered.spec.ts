// The main job, watched in the browser: a confirmed order becomes a label, its tracking number is
// written onto the order, the parcel arrives, and the delivery is written back too.
import { readFileSync } from 'node:fs';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, untilState, useProduct, WITH_LABEL } from './support/test.ts';

/** Issue 1.5.1: labelled within a minute of the server being up, delivered and written back within three. */
const LABELLED_MS = 60_000;
const CLOSED_MS = 180_000;
const ORDER = 'SO-001001';

const product = useProduct(() => Product.demo());

test('an order is labelled, announced, delivered and closed', async ({ page }) => {
  test.setTimeout(CLOSED_MS + 30_000);
  const left = (limit: number) => Math.max(1, product().startedMs + limit - Date.now());
  await signIn(page, product());
  await openOrder(page, product(), ORDER, left(LABELLED_MS));
  await untilState(page, WITH_LABEL, left(LABELLED_MS));
  const tracking = await page.getByTestId('tracking-number').innerText();
  expect(tracking).toMatch(/^\d{12}$/);

  await untilState(page, ['announced', 'in_transit', 'out_for_delivery', 'delivered', 'closed'], left(LABELLED_MS));
  expect((await product().twins.order(ORDER))?.FdxTrackingNumber).toBe(tracking);

  await untilState(page, ['closed'], left(CLOSED_MS));
  const written = await product().twins.order(ORDER);
  expect(written?.FdxTrackingNumber).toBe(tracking);
  expect(written?.FdxStatus).toMatch(/^delivered$/i);
  expect(written?.FdxDeliveredAt).toMatch(/^20\d\d-/);
  expect(await product().twins.liveLabels(ORDER)).toHaveLength(1);

  const timeline = page.getByTestId('timeline-row');
  await expect(timeline.filter({ hasText: tracking }).first()).toBeVisible();
  await expect(timeline.filter({ hasText: /delivered/i }).first()).toBeVisible();
  for (const lane of ['d365', 'connector', 'fedex']) {
    await expect(page.locator(`[data-testid=timeline-row][data-lane=${lane}]`).first()).toBeVisible();
  }
  await expect(page.getByTestId('scan').filter({ hasText: /delivered/i }).first()).toBeVisible();
  await expect(page.getByTestId('attempt').first()).toBeVisible();
});

test('the label is shown and downloads as a PDF', async ({ page }) => {
  await signIn(page, product(), `/orders/usmf/${ORDER}`);
  const tracking = await page.getByTestId('tracking-number').innerText();
  const downloading = page.waitForEvent('download');
  await page.getByTestId('label-download').click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe(`label-${tracking}.pdf`);
  expect(readFileSync(await download.path()).subarray(0, 5).toString()).toBe('%PDF-');
});

test('the order list follows by itself and leads to the order', async ({ page }) => {
  await signIn(page, product(), '/orders');
  await product().twins.placeOrder({ number: 'SO-LATE-1' });
  const row = page.getByTestId('order-row').filter({ hasText: 'SO-LATE-1' });
  // No reload: a page with JavaScript refreshes itself.
  await expect(row.locator('.cell-tracking')).toHaveText(/\d{12}/, { timeout: 30_000 });
  await row.getByRole('link', { name: 'SO-LATE-1' }).click();
  await expect(page).toHaveURL(/\/orders\/usmf\/SO-LATE-1$/);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('SO-LATE-1');
});

test('orders are searched and filtered in the address', async ({ page }) => {
  await signIn(page, product(), '/orders');
  await page.getByRole('searchbox', { name: 'Search orders' }).fill('SO-001018');
  await page.getByRole('searchbox', { name: 'Search orders' }).press('Enter');
  await expect(page).toHaveURL(/search=SO-001018/);
  await expect(page.getByTestId('order-row')).toHaveCount(1);
  await open(page, product(), '/orders?state=parked');
  await eventually(page, 40_000, async () => {
    const states = await page.getByTestId('order-row').locator('.cell-state [data-status]').evaluateAll((badges) =>
      badges.map((badge) => badge.getAttribute('data-status')),
    );
    expect(states.length).toBeGreaterThan(3);
    expect(new Set(states)).toEqual(new Set(['parked']));
  });
});
