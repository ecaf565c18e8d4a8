// The audit trail: filtered in the address, live, and quiet while somebody reads.
import type { Locator, Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, open, ready, signIn, test, useProduct } from './support/test.ts';

/** From the start of the product to its first entries. */
const SOON_MS = 30_000;

const product = useProduct(() => Product.demo());

async function newest(page: Page): Promise<number> {
  return Number(await page.getByTestId('trail-row').first().getAttribute('data-sequence'));
}

/** Rows come while this looks: both counts are of one moment or of none. */
async function eachOf(rows: Locator, fits: Locator): Promise<void> {
  await expect(async () => {
    const all = await rows.count();
    expect(all).toBeGreaterThan(0);
    expect(await fits.count()).toBe(all);
    expect(await rows.count()).toBe(all);
  }).toPass({ timeout: 20_000 });
}

test('filters narrow the trail and stand in the address', async ({ page }) => {
  await signIn(page, product(), '/trail');
  await page.getByLabel('System').selectOption('fedex');
  await page.getByLabel('Outcome').selectOption('ok');
  await page.getByTestId('filter').click();
  await expect(page).toHaveURL(/system=fedex/);
  await expect(page).toHaveURL(/outcome=ok/);
  await ready(page);
  await expect(page.getByLabel('System')).toHaveValue('fedex');
  const rows = page.getByTestId('trail-row');
  await expect(rows.first()).toBeVisible();
  await eachOf(rows, rows.filter({ has: page.locator('[data-side=fedex]') }));
  await eachOf(rows, rows.filter({ has: page.locator('[data-status=ok]') }));
});

test('one order, then nothing, then everything again', async ({ page }) => {
  await signIn(page, product(), '/trail');
  await page.getByLabel('Order', { exact: true }).fill('SO-001002');
  await page.getByTestId('filter').click();
  await expect(page).toHaveURL(/order=SO-001002/);
  await ready(page);
  const rows = page.getByTestId('trail-row');
  await eventually(page, SOON_MS, async () => {
    await expect(rows.first()).toContainText('SO-001002', { timeout: 1_000 });
  });
  await eachOf(rows, rows.filter({ hasText: 'SO-001002' }));

  await page.getByLabel('Actor').fill('nobody-by-this-name');
  await page.getByTestId('filter').click();
  await expect(page.getByText('No entry matches these filters')).toBeVisible();
  await page.getByRole('link', { name: 'Drop all filters' }).click();
  await expect(page).toHaveURL(/\/trail$/);
  await expect(rows.first()).toBeVisible();
});

test('older entries are one page further', async ({ page }) => {
  await signIn(page, product(), '/trail?order=SO-001002');
  await open(page, product(), '/trail');
  const older = page.getByRole('link', { name: /older|next/i });
  await eventually(page, SOON_MS, async () => {
    await expect(older).toBeVisible({ timeout: 1_000 });
  });
  await older.click();
  await expect(page).toHaveURL(/after=/);
  // Entries come all the time; the page begins after the one that its address names.
  const after = Number(new URL(page.url()).searchParams.get('after'));
  expect(after).toBeGreaterThan(0);
  await expect.poll(() => newest(page)).toBeLessThan(after);
});

test('new entries come by themselves, and wait while paused @live', async ({ page }) => {
  await signIn(page, product(), '/trail');
  const first = await newest(page);
  await product().twins.placeOrder({ number: 'SO-TRAIL-0' });
  await expect.poll(() => newest(page), { timeout: 20_000 }).toBeGreaterThan(first);

  await page.getByTestId('live-switch').click();
  await expect(page.getByTestId('live-switch')).toHaveAttribute('data-state', 'paused');
  const paused = await newest(page);
  await product().twins.placeOrder({ number: 'SO-TRAIL-1' });
  // The other tab sees the order arrive; this one has been told not to move.
  const other = await page.context().newPage();
  await open(other, product(), '/trail?order=SO-TRAIL-1');
  await expect(other.getByTestId('trail-row').first()).toBeVisible({ timeout: 30_000 });
  expect(await newest(page)).toBe(paused);
  await page.getByTestId('live-switch').click();
  await expect.poll(() => newest(page), { timeout: 20_000 }).toBeGreaterThan(paused);
});

test('an open entry stays where it is and new ones wait behind a button @live', async ({ page }) => {
  await signIn(page, product(), '/trail?system=fedex');
  await page.getByTestId('trail-row').locator('details summary').first().click();
  const reading = await newest(page);
  await product().twins.placeOrder({ number: 'SO-TRAIL-2' });
  await expect(page.getByTestId('new-rows')).toBeVisible({ timeout: 30_000 });
  expect(await newest(page)).toBe(reading);
  await page.getByTestId('new-rows').click();
  await expect.poll(() => newest(page)).toBeGreaterThan(reading);
});
