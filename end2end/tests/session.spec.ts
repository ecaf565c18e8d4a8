// Signing in and out, and what a stranger cannot do.
import { PASSWORD, Product } from './support/product.ts';
import { expect, fillLogin, open, ready, signIn, test, useProduct } from './support/test.ts';

test.describe.configure({ mode: 'serial' });
const product = useProduct(() => Product.demo());

test('signed out, every page leads to the login page and back', async ({ page }) => {
  await open(page, product(), '/orders?state=parked');
  await expect(page).toHaveURL(/\/login\?next=/);
  await fillLogin(page, 'demo', PASSWORD);
  await expect(page).toHaveURL(`${product().url}/orders?state=parked`);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Orders');
});

test('a foreign address in next= is not followed', async ({ page }) => {
  for (const elsewhere of ['https://evil.example/', '//evil.example/', '/\\evil.example/']) {
    await open(page, product(), `/login?next=${encodeURIComponent(elsewhere)}`);
    await fillLogin(page, 'demo', PASSWORD);
    await expect(page).toHaveURL(`${product().url}/`);
    await page.context().clearCookies();
  }
});

test('signing out ends the session', async ({ page }) => {
  await signIn(page, product());
  const before = await page.context().cookies();
  await page.getByTestId('sign-out').click();
  await expect(page).toHaveURL(/\/login$/);
  // Not even the old cookie opens the door again.
  await page.context().addCookies(before);
  await open(page, product(), '/orders');
  await expect(page).toHaveURL(/\/login\?next=/);
});

test('an open page says that its session ended, and complains of nothing @live', async ({ page }) => {
  const look = (away: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, away);
  await signIn(page, product());
  await look(true);
  await page.context().clearCookies();
  // Whoever comes back to the tab opens the line anew: its end is no error in the console.
  await look(false);
  expect((await page.request.get(`${product().url}/live`, { maxRedirects: 0 })).status()).toBe(204);
  await expect(page.getByText('Your session has ended.')).toBeVisible();
});

test('a form of another site is refused', async ({ page }) => {
  await signIn(page, product());
  const answer = await page.request.post(`${product().url}/desk/attention/pull`, {
    headers: { origin: 'https://evil.example' },
    form: {},
  });
  expect(answer.status()).toBe(403);
  const login = await page.request.post(`${product().url}/login`, {
    headers: { origin: 'https://evil.example' },
    form: { name: 'demo', password: PASSWORD },
  });
  expect(login.status()).toBe(403);
});

test('data and labels are not for strangers', async ({ request }) => {
  const ask = (path: string) => request.get(product().url + path, { maxRedirects: 0 });
  expect((await ask('/orders/usmf/SO-001001/label')).headers()['location']).toMatch(/^\/login/);
  const list = await ask('/desk/orders/list');
  expect(await list.text()).not.toContain('SO-0010');
  expect(list.ok()).toBe(false);
  expect((await ask('/healthz')).status()).toBe(200);
});

test('a wrong password is refused without saying which part was wrong, and guessing gets slower', async ({ page }) => {
  await open(page, product(), '/login');
  await fillLogin(page, 'demo', 'not-the-password');
  await expect(page.getByText('The name or the password is wrong.')).toBeVisible();
  // Some tries are free; a slow browser lets the first short waits pass, and comes to a longer one.
  await expect(async () => {
    await ready(page);
    await fillLogin(page, 'demo', 'not-the-password');
    await page.waitForURL(/problem=/);
    await expect(page.getByText('There were too many tries.')).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 40_000, intervals: [0] });
  await expect(page.getByText(/Wait \d+ s, then try again\./)).toBeVisible();
  // Throttled, not locked out: the right password works once the wait is over.
  await expect(async () => {
    await ready(page);
    await fillLogin(page, 'demo', PASSWORD);
    await expect(page).toHaveURL(`${product().url}/`, { timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
});
