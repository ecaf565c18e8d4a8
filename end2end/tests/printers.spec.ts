// A label reaches paper without a person: a printer is set up, tested, and takes a warehouse over.
import { readFileSync } from 'node:fs';
import { addPrinter, usePrinter } from './support/printer.ts';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, unfold, untilState, useProduct, WITH_LABEL } from './support/test.ts';

const LABEL_MS = 60_000;

const product = useProduct(() => Product.demo());

const printer = usePrinter();

test('a printer is added, prints a test label, and then every label once', async ({ page }) => {
  test.setTimeout(240_000);
  await signIn(page, product(), '/printers');
  await addPrinter(page, printer.port());

  const row = page.getByTestId('printer').and(page.locator('[data-name="Dock 1"]'));
  await expect(row).toContainText('labels of default');
  await unfold(row);
  await row.getByTestId('test-label').click();
  const job = page.getByTestId('print-job');
  await eventually(page, LABEL_MS, async () => {
    await expect(job.filter({ hasText: 'Test label' })).toHaveAttribute('data-state', 'printed', { timeout: 2_000 });
  });
  expect(printer.printed).not.toHaveLength(0);

  const number = 'SO-PAPER-1';
  await product().twins.placeOrder({ number });
  await openOrder(page, product(), number);
  await untilState(page, WITH_LABEL, LABEL_MS);
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('print')).toContainText('Printed', { timeout: 2_000 });
  });
  const downloading = page.waitForEvent('download');
  await page.getByTestId('label-download').click();
  const label = readFileSync(await (await downloading).path()).toString('latin1');
  // Other orders print there too; this label's bytes came out once.
  const copies = () => printer.printed.filter((bytes) => bytes === label).length;
  expect(copies()).toBe(1);

  // Again only when asked, with a reason.
  const reprint = page.getByTestId('reprint');
  await unfold(reprint);
  await reprint.getByLabel('Reason').fill('The first one was smeared');
  await page.getByTestId('reprint-confirm').click();
  await eventually(page, LABEL_MS, async () => {
    await expect(page.getByTestId('print').filter({ hasText: 'for demo' })).toContainText('Printed', { timeout: 2_000 });
  });
  await expect.poll(copies).toBe(2);
  await open(page, product(), '/printers');
  await expect(job.filter({ hasText: 'The first one was smeared' })).toHaveCount(1);

  // Of several at once: ticked in the list. No label is bought.
  await open(page, product(), `/orders?search=${number}`);
  await page.getByRole('checkbox', { name: `Tick ${number}` }).check();
  await unfold(page.locator('#ticked'));
  await page.getByTestId('ticked-form').getByLabel('Reason').fill('The roll was crooked');
  await page.getByTestId('print-chosen').click();
  await expect(page.getByText('Queued to print again: 1 document.')).toBeVisible();
  await expect.poll(copies, { timeout: LABEL_MS }).toBe(3);
  expect(await product().twins.liveLabels(number)).toHaveLength(1);
});
