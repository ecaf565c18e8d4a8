// A label reaches paper without a person: a printer is set up, tested, and takes a warehouse over.
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Product } from './support/product.ts';
import { eventually, expect, open, openOrder, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const WITH_LABEL = ['labelled', 'announced', 'in_transit', 'out_for_delivery', 'delivered', 'closed'];
const LABEL_MS = 30_000;

const product = useProduct(() => Product.demo());

/** A label printer: keeps what it is sent. */
const printed: string[] = [];
let printer: Server;
test.beforeAll(async () => {
  printer = createServer((socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('end', () => printed.push(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', () => {});
  });
  await new Promise<void>((listening) => printer.listen(0, '127.0.0.1', listening));
});
test.afterAll(() => new Promise<void>((closed) => printer.close(() => closed())));

test('a printer is added, prints a test label, and then every label once', async ({ page }) => {
  test.setTimeout(120_000);
  await signIn(page, product(), '/printers');
  const add = page.getByTestId('add-printer');
  await unfold(add);
  await add.getByLabel('Name').fill('Dock 1');
  await add.getByLabel('It takes').selectOption('PDF');
  await add.getByLabel('Address').fill(`127.0.0.1:${(printer.address() as AddressInfo).port}`);
  await add.getByLabel('Prints the labels of').fill('default');
  await add.getByTestId('save-printer').click();

  const row = page.getByTestId('printer').and(page.locator('[data-name="Dock 1"]'));
  await expect(row).toContainText('labels of default');
  await unfold(row);
  await row.getByTestId('test-label').click();
  const job = page.getByTestId('print-job');
  await eventually(page, LABEL_MS, async () => {
    await expect(job.filter({ hasText: 'Test label' })).toHaveAttribute('data-state', 'printed', { timeout: 2_000 });
  });
  expect(printed).not.toHaveLength(0);

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
  const copies = () => printed.filter((bytes) => bytes === label).length;
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
});
