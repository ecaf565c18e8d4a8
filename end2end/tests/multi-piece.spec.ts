// Orders as they are: from two warehouses, in several packages, each with its own label.
import { readFileSync } from 'node:fs';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, unfold, untilState, useProduct, WITH_LABEL } from './support/test.ts';

const LABEL_MS = 60_000;

const product = useProduct(() => Product.demo());

test('an order from two warehouses is two shipments', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), 'SO-001033');
  const shipments = page.getByTestId('shipment');
  await expect(shipments).toHaveCount(2);
  await eventually(page, LABEL_MS, async () => {
    for (const shipment of await shipments.all()) {
      await expect(shipment.getByTestId('tracking-number')).toHaveText(/^\d{12}$/, { timeout: 2_000 });
    }
  });
  const bought = (await product().twins.liveLabels('SO-001033')).map((label) => label.tracking_number);
  expect(new Set(await page.getByTestId('tracking-number').allInnerTexts())).toEqual(new Set(bought));
  expect(bought).toHaveLength(2);
});

test('a packing rule makes a package a line, and every package has its label', async ({ page }) => {
  await signIn(page, product(), '/rules');
  const editor = page.getByTestId('rules-document');
  await unfold(editor);
  const rules = JSON.parse(await editor.getByLabel('Document').inputValue());
  rules.packing.methods = { default: 'line' };
  await editor.getByLabel('Document').fill(JSON.stringify(rules, null, 2));
  await editor.getByTestId('save-rules').click();
  await expect(page.getByTestId('toast')).toContainText('Saved');

  const number = 'SO-PIECES-1';
  await product().twins.placeOrder({
    number,
    lines: [{ item: '6205-2RS', quantity: 12 }, { item: 'UCP208-24', quantity: 2 }, { item: 'CHN-60-10' }],
  });
  await openOrder(page, product(), number);
  await untilState(page, WITH_LABEL, LABEL_MS);
  const packages = page.getByTestId('package');
  await expect(packages).toHaveCount(3);
  const numbers = new Set<string>();
  for (const piece of await packages.all()) {
    const tracking = (await piece.locator('.cell-tracking .mono').innerText()).trim();
    expect(tracking).toMatch(/^\d{12}$/);
    numbers.add(tracking);
    const downloading = page.waitForEvent('download');
    await piece.getByTestId('document').click();
    const download = await downloading;
    const bytes = readFileSync(await download.path());
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
  }
  expect(numbers.size).toBe(3);
  await expect(page.getByTestId('packages')).toContainText('12 × 6205-2RS');
});

test('a declaration for customs and its invoice stand with the shipment', async ({ page }) => {
  await signIn(page, product());
  await openOrder(page, product(), 'SO-001036');
  await untilState(page, WITH_LABEL, LABEL_MS);
  await expect(page.getByTestId('customs')).toContainText('CAD');
  const downloading = page.waitForEvent('download');
  await page.getByTestId('papers').getByTestId('document').first().click();
  expect(readFileSync(await (await downloading).path()).subarray(0, 5).toString()).toBe('%PDF-');
  await open(page, product(), '/day');
  await expect(page.getByTestId('charges')).toContainText('Nothing is posted to a ledger');
});
