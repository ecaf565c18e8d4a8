// "Where is my order?": one key, the words of the caller, Enter. Everything by keys, nothing without
// a plain form behind it, and a filter with a name.
import type { Page } from '@playwright/test';
import { Product } from './support/product.ts';
import { eventually, expect, hasJavaScript, open, openOrder, ready, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

const LABEL_MS = 40_000;
const NUMBER = 'SO-774213';
const CUSTOMER = 'Norwood Pump Co';

const product = useProduct(() => Product.connected({ ML_TRACK_INTERVAL_S: '86400' }));

test.describe.configure({ mode: 'serial' });

/** Two orders of one customer; the first one has its label. */
async function twoOrders(page: Page): Promise<void> {
  const { twins } = product();
  for (const number of [NUMBER, 'SO-774299']) {
    await twins.placeOrder({ number, customer: 'C-NORWOOD', po: `PO ${number}`, address: { name: CUSTOMER } });
  }
  await openOrder(page, product(), NUMBER);
  await untilState(page, ['announced', 'in_transit'], LABEL_MS);
}

test('where is my order? One key, the words, Enter', async ({ page, context }) => {
  test.setTimeout(240_000);
  await signIn(page, product());
  await twoOrders(page);
  await open(page, product(), '/day');

  const words = 'norwood 4213';
  let keys = 0;
  const began = Date.now();
  if (hasJavaScript()) {
    await page.keyboard.press('/');
    keys += 1;
  } else {
    await page.getByRole('searchbox', { name: /Order, customer/ }).click();
  }
  await page.keyboard.type(words);
  await page.keyboard.press('Enter');
  keys += words.length + 1;
  const sentence = page.getByTestId('answer-sentence');
  await expect(sentence).toHaveText(new RegExp(`^${NUMBER} for ${CUSTOMER}: 1 parcel by FedEx .*`));
  const seconds = (Date.now() - began) / 1000;
  console.log(`where is my order: ${keys} keys, ${seconds.toFixed(1)} s to the answer: ${await sentence.innerText()}`);
  expect(new URL(page.url()).search).toBe('?q=norwood+4213');

  if (hasJavaScript()) {
    await ready(page);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.keyboard.press('c');
    await expect(page.getByTestId('toast')).toContainText('Copied the sentence');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await sentence.innerText());
  }
  await page.getByTestId('open-order').click();
  await expect(page.getByTestId('order-state')).toBeVisible();
});

test('several orders are a list, each with its sentence; a cause is found by its code', async ({ page }) => {
  await signIn(page, product(), '/search?q=norwood');
  const found = page.getByTestId('found');
  await eventually(page, LABEL_MS, async () => expect(await found.count()).toBe(2));
  await expect(found.filter({ hasText: NUMBER })).toContainText(`${NUMBER} for ${CUSTOMER}`);
  await expect(found.first().getByTestId('found-by')).toHaveText("Found by the customer's name, the consignee's name");

  const box = page.getByRole('searchbox', { name: /Order, customer/ });
  await box.fill(`po ${NUMBER}`);
  await box.press('Enter');
  await expect(page.getByTestId('answer')).toContainText("Found by the customer's reference");
  await expect(page.getByRole('heading', { name: 'Parcels' })).toBeVisible();

  await open(page, product(), '/search?q=STREETLINES.TOO.LONG');
  await expect(page.getByTestId('related')).toContainText('Street line longer than 35');
  await open(page, product(), '/search?q=SO-NEVER-SEEN');
  await page.getByTestId('ask-about').click();
  await expect(page).toHaveURL((url) => url.searchParams.get('number') === 'SO-NEVER-SEEN');
});

test('everything is reached by keys, and none of them acts inside a field @live', async ({ page }) => {
  await signIn(page, product(), '/orders');
  await page.keyboard.press('?');
  const sheet = page.getByTestId('keys');
  await expect(sheet).toBeVisible();
  await expect(sheet).toContainText('Copy the page');
  await page.keyboard.press('Escape');
  await expect(sheet).toBeHidden();

  const rows = page.getByTestId('order-row');
  await page.keyboard.press('j');
  await expect(rows.nth(0).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('j');
  await expect(rows.nth(1).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('k');
  await expect(rows.nth(0).getByRole('link').first()).toBeFocused();
  await page.keyboard.press('o');
  await expect(page.getByTestId('order-state')).toBeVisible();

  await ready(page);
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await expect(page).toHaveURL(/\/trail$/);
  await ready(page);
  const live = page.getByTestId('live-switch');
  await page.keyboard.press('.');
  await expect(live).toHaveAttribute('data-state', 'paused');
  await page.keyboard.press('p');
  await expect(live).not.toHaveAttribute('data-state', 'paused');

  // In a field they are letters; only Ctrl+K is not.
  await page.getByLabel('Order', { exact: true }).fill('');
  await page.keyboard.type('gt?/.');
  await expect(page.getByLabel('Order', { exact: true })).toHaveValue('gt?/.');
  await page.keyboard.press('Control+k');
  const box = page.getByRole('searchbox', { name: /Order, customer/ });
  await expect(box).toBeFocused();

  await page.getByTestId('keys-button').click();
  await sheet.locator('[data-keys-switch]').click();
  await expect(sheet.locator('[data-keys-switch]')).toHaveText('Single keys are off');
  await page.keyboard.press('Escape');
  await open(page, product(), '/orders');
  await page.keyboard.press('/');
  await expect(box).not.toBeFocused();
  await page.keyboard.press('Control+k');
  await expect(box, 'the key with Ctrl is no single key').toBeFocused();
});

test('a key goes to the main action and never does it @live', async ({ page }) => {
  await signIn(page, product(), '/search?q=norwood%204213');
  await page.keyboard.press('r');
  await expect(page.getByTestId('open-order')).toBeFocused();
  await expect(page).toHaveURL(/\/search/);
});

test('a filter gets a name, columns go, and both stay', async ({ page }) => {
  await signIn(page, product(), '/orders?search=norwood');
  const save = page.getByTestId('save-view');
  await unfold(save);
  await save.getByLabel('Name').fill('Norwood');
  await save.getByTestId('save-view-confirm').click();
  await expect(page.getByTestId('toast')).toContainText('The view is saved.');

  await open(page, product(), '/orders');
  const views = page.getByRole('navigation', { name: 'Saved views' });
  await views.getByRole('link', { name: 'Norwood' }).click();
  await expect(page).toHaveURL(/\/orders\?search=norwood$/);
  await expect(views.getByRole('link', { name: 'Norwood' })).toHaveAttribute('aria-current', 'true');
  await expect(page.getByTestId('total')).toHaveText('2 of 2 orders');

  const layout = page.getByTestId('layout');
  await unfold(layout);
  await layout.getByLabel('Service').uncheck();
  await layout.getByLabel('Rows stand close').check();
  await layout.getByTestId('layout-confirm').click();
  await expect(page.getByTestId('toast')).toContainText('laid out anew');
  await open(page, product(), '/orders');
  await expect(page.getByRole('columnheader', { name: 'Service' })).toBeHidden();
  await expect(page.getByRole('columnheader', { name: 'Customer' })).toBeVisible();

  const manage = page.getByTestId('manage-views');
  await unfold(manage);
  await manage.getByTestId('remove-view').click();
  await expect(page.getByTestId('toast')).toContainText('The view is removed.');
  await expect(views).toHaveCount(0);
});
