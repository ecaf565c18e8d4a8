// A label printer on a port of its own, and how it is set up in the browser.
import type { Page } from '@playwright/test';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { expect, test, unfold } from './test.ts';

/** A printer for the tests of a file: the port it listens at, and everything it was sent. */
export function usePrinter(): { port: () => number; printed: string[] } {
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
  return { port: () => (printer.address() as AddressInfo).port, printed };
}

/** Sets a printer up for the labels of every warehouse that has none; the page is Printers. */
export async function addPrinter(page: Page, port: number): Promise<void> {
  const add = page.getByTestId('add-printer');
  await unfold(add);
  await add.getByLabel('Name').fill('Dock 1');
  await add.getByLabel('It takes').selectOption('PDF');
  await add.getByLabel('Address').fill(`127.0.0.1:${port}`);
  await add.getByLabel('Prints the labels of').fill('default');
  await add.getByTestId('save-printer').click();
  await expect(page.getByTestId('printer')).toHaveCount(1);
}
