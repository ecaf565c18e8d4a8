// Who may sign in and what each role sees, the banner of a pause, and a secret that fails its test.
import type { Browser, Page } from '@playwright/test';
import { PASSWORD, Product } from './support/product.ts';
import { expect, fillLogin, hasJavaScript, open, ready, signIn, test, unfold, untilState, useProduct } from './support/test.ts';

test.describe.configure({ mode: 'serial' });
const product = useProduct(() => Product.connected());
const SOON_MS = 30_000;
const ORDER = 'SO-PEOPLE-1';

/** The page of another person in a browser of their own. */
async function as(browser: Browser, name: string, path: string, password = PASSWORD): Promise<Page> {
  const context = await browser.newContext({ javaScriptEnabled: hasJavaScript() });
  const page = await context.newPage();
  await open(page, product(), `/login?next=${encodeURIComponent(path)}`);
  await fillLogin(page, name, password);
  await expect(page).toHaveURL(product().url + path);
  await ready(page);
  return page;
}

const person = (page: Page, name: string) => page.locator(`[data-testid=person][data-name=${name}]`);

test('an administrator adds people, and each has a role', async ({ page }) => {
  await signIn(page, product(), '/people');
  for (const [name, role] of [
    ['vera', 'Viewer'],
    ['carl', 'Customer service'],
    ['olga', 'Operator'],
  ] as const) {
    await unfold(page.getByTestId('add-person'));
    const form = page.locator('form', { has: page.getByTestId('add-person-confirm') });
    await form.getByLabel('Name').fill(name);
    await form.getByLabel('Role').selectOption({ label: role });
    await form.getByLabel('Password').fill(PASSWORD);
    await form.getByTestId('add-person-confirm').click();
    await expect(person(page, name).getByTestId('role')).toHaveText(role);
    await ready(page);
  }
  await expect(page.getByTestId('headline')).toHaveText('4 people may sign in, 1 of them as administrator.');
});

test('a viewer sees the order without its people, customer service sees them', async ({ browser }) => {
  await product().twins.placeOrder({
    number: ORDER,
    address: { name: 'Zelda Quint', street: '4711 Hidden Hollow' },
    phone: '(901) 555-0142',
  });
  const path = `/orders/usmf/${ORDER}`;
  const carl = await as(browser, 'carl', '/orders');
  await expect(async () => {
    expect((await carl.request.get(product().url + path)).status()).toBe(200);
  }).toPass({ timeout: SOON_MS });
  await open(carl, product(), path);
  await untilState(carl, ['announced'], SOON_MS);
  await expect(carl.getByText('4711 Hidden Hollow').first()).toBeAttached();
  expect((await carl.request.get(`${product().url}${path}/label`)).status()).toBe(200);
  await open(carl, product(), '/connections');
  await expect(carl.getByTestId('problem')).toContainText('Your role does not show connections');
  await carl.context().close();

  const vera = await as(browser, 'vera', path);
  await expect(vera.getByText('•••').first()).toBeAttached();
  await expect(vera.getByText('Memphis').first()).toBeAttached();
  for (const planted of ['Zelda Quint', '4711 Hidden Hollow', '555-0142']) {
    expect(await vera.content()).not.toContain(planted);
  }
  expect((await vera.request.get(`${product().url}${path}/label`)).status()).toBe(403);
  for (const format of ['csv', 'jsonl']) {
    const file = await vera.request.get(`${product().url}/trail/export?format=${format}&order=${ORDER}`);
    expect(await file.text()).not.toContain('Hidden Hollow');
  }
  await vera.context().close();
});

test('a pause stands on every page with its reason until an operator resumes it', async ({ page, browser }) => {
  await signIn(page, product(), '/pull');
  await unfold(page.getByTestId('pause-shipping'));
  const form = page.locator('form', { has: page.getByTestId('pause-shipping-confirm') });
  await form.getByLabel('Why').fill('the printer is being repaired');
  await form.getByTestId('pause-shipping-confirm').click();
  await expect(page.getByTestId('pause')).toContainText('the printer is being repaired');

  const vera = await as(browser, 'vera', '/orders');
  await expect(vera.getByTestId('pause')).toContainText('Shipping is paused: no label is bought.');
  await expect(vera.getByTestId('resume-shipping')).toHaveCount(0);
  await vera.context().close();

  await product().twins.placeOrder({ number: 'SO-PEOPLE-2' });
  const olga = await as(browser, 'olga', '/orders');
  await expect(async () => {
    expect((await olga.request.get(`${product().url}/orders/usmf/SO-PEOPLE-2`)).status()).toBe(200);
  }).toPass({ timeout: SOON_MS });
  await open(olga, product(), '/orders/usmf/SO-PEOPLE-2');
  await untilState(olga, ['ready'], SOON_MS);
  expect(await product().twins.liveLabels('SO-PEOPLE-2')).toHaveLength(0);
  await olga.getByTestId('resume-shipping').click();
  await expect(olga.getByTestId('pause')).toHaveCount(0);
  await ready(olga);
  await untilState(olga, ['announced'], SOON_MS);
  await olga.context().close();
});

test('a filter of the trail is a pill that can be removed, and its entries are a file', async ({ page }) => {
  await signIn(page, product(), `/trail?order=${ORDER}&action=fedex.`);
  const pills = page.getByTestId('pills').locator('.filter-pill');
  await expect(pills).toHaveCount(2);
  const file = await page.request.get(product().url + (await page.getByTestId('export-csv').getAttribute('href')));
  const lines = (await file.text()).trim().split('\n');
  expect(lines[0]).toContain('sequence,at,actor');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.slice(1).filter((line) => !line.includes('fedex.'))).toEqual([]);
  await pills.filter({ hasText: 'Action' }).click();
  await expect(page).toHaveURL((url) => url.pathname === '/trail' && url.searchParams.get('order') === ORDER && !url.searchParams.has('action'));
  await expect(pills).toHaveCount(1);
});

test.describe('what is refused', () => {
  test.use({ refusals: true });

  test('the last administrator stays', async ({ page }) => {
    await signIn(page, product(), '/people');
    await unfold(person(page, 'demo'));
    const form = person(page, 'demo').locator('form', { has: page.getByTestId('set-role') });
    await form.getByLabel('Role').selectOption({ label: 'Viewer' });
    await form.getByTestId('set-role').click();
    await expect(page.getByTestId('problem').first()).toContainText('the only administrator who may sign in');
  });

  test('a secret that fails its test is not in force until it is saved anyway', async ({ page }) => {
    await signIn(page, product(), '/connections');
    const card = page.locator('#fedex');
    await card.getByLabel('Secret key').fill('a-wrong-secret-key');
    await card.getByTestId('save-fedex').click();
    await expect(page.getByTestId('problem').first()).toContainText('the old one stays in force');
    await open(page, product(), '/connections');
    const refused = page.getByTestId('refused-fedex');
    await expect(refused).toContainText('A new secret failed its test');
    await unfold(refused.getByTestId('save-anyway'));
    await expect(refused).toContainText('no label is bought');
    // The old one still works.
    await card.getByTestId('ping-fedex').click();
    await expect(page.getByTestId('toast').filter({ hasText: 'all checks passed' })).toBeVisible();
    await unfold(page.getByTestId('history-fedex'));
    await expect(page.getByTestId('history-fedex').getByTestId('climb').first()).toContainText('none');
  });
});

test('who is disabled is out at once', async ({ page, browser }) => {
  const vera = await as(browser, 'vera', '/orders');
  await signIn(page, product(), '/people');
  await unfold(person(page, 'vera'));
  await unfold(person(page, 'vera').getByTestId('disable'));
  await person(page, 'vera').getByTestId('disable-confirm').click();
  await expect(person(page, 'vera')).toContainText('disabled');
  await open(vera, product(), '/orders');
  await expect(vera).toHaveURL(/\/login\?next=/);
  await vera.context().close();
});
