// The `test` of all specs: pages that know their product, wait for hydration, and fail on anything
// the browser's console calls an error.
import { type BrowserContext, type Locator, type Page, test as base, expect } from '@playwright/test';
import { PASSWORD, type Product } from './product.ts';

export { expect } from '@playwright/test';

export const test = base.extend<{ noErrors: void; refusals: boolean }>({
  /** The server will refuse something: the page shows why, and the browser calls the answer an error. */
  refusals: [false, { option: true }],
  noErrors: [
    async ({ context, refusals }, use) => {
      const errors = watch(context);
      await use();
      const unexpected = errors.filter((error) => !(refusals && / status of 422 /.test(error)));
      expect(unexpected, 'errors in the browser').toEqual([]);
    },
    { auto: true },
  ],
});

/** Collects what the pages of a context complain about. */
export function watch(context: BrowserContext): string[] {
  const errors: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.page()?.url()}: ${message.text()}`);
  });
  context.on('weberror', (error) => errors.push(`${error.page()?.url()}: ${error.error().message}`));
  return errors;
}

/** Starts a product before the tests of a file and ends it after them. */
export function useProduct(start: () => Promise<Product>): () => Product {
  let product: Product | undefined;
  test.beforeAll(async () => {
    product = await start();
  });
  test.afterEach(async ({}, testInfo) => {
    if (testInfo.status !== testInfo.expectedStatus && product) {
      await testInfo.attach('server', { body: product.said, contentType: 'text/plain' });
    }
  });
  test.afterAll(async () => {
    await product?.stop();
  });
  return () => {
    if (!product) throw new Error('The product was not started.');
    return product;
  };
}

export function hasJavaScript(): boolean {
  return test.info().project.use.javaScriptEnabled !== false;
}

/** Waits until the page can be used: a click before hydration is a click on plain HTML. */
export async function ready(page: Page): Promise<void> {
  if (hasJavaScript()) await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

/** Opens a page of the product. */
export async function open(page: Page, product: Product, path: string): Promise<void> {
  await page.goto(product.url + path);
  await ready(page);
}

/** Fills in and sends the login form that is open. */
export async function fillLogin(page: Page, name: string, password: string): Promise<void> {
  const form = page.getByTestId('login-form');
  await form.getByLabel('Name').fill(name);
  await form.getByLabel('Password').fill(password);
  await form.getByRole('button', { name: 'Sign in' }).click();
}

/** Signs in as the demo's operator and opens a page. */
export async function signIn(page: Page, product: Product, path = '/'): Promise<void> {
  // A form without its page: what the login page does is `session.spec.ts`'s business.
  const answer = await page.request.post(`${product.url}/login`, {
    form: { name: 'demo', password: PASSWORD, next: '' },
    maxRedirects: 0,
  });
  expect(answer.headers()['location']).toBe('/');
  await open(page, product, path);
}

/** Waits in the list until an order was pulled, and opens it. */
export async function openOrder(page: Page, product: Product, number: string, timeout = 30_000): Promise<void> {
  await open(page, product, `/orders?search=${number}`);
  const link = page.getByTestId('order-row').getByRole('link', { name: number, exact: true }).first();
  await eventually(page, timeout, async () => {
    await expect(link).toBeVisible({ timeout: 1_000 });
  });
  await link.click();
  await expect(page.getByTestId('order-state')).toBeVisible();
  await ready(page);
}

/** Unfolds a `details` element, unless it is open. */
export async function unfold(details: Locator): Promise<void> {
  if ((await details.getAttribute('open')) === null) await details.locator('> summary').click();
}

/** Repeats a check until it holds. Without JavaScript a page is as old as its last load. */
export async function eventually(page: Page, timeout: number, check: () => Promise<void>): Promise<void> {
  await expect(async () => {
    if (!hasJavaScript()) await page.reload();
    await check();
  }).toPass({ timeout, intervals: [500] });
}

/** The states of an order whose label was bought, and nothing went wrong with it. */
export const WITH_LABEL = ['labelled', 'announced', 'in_transit', 'out_for_delivery', 'delivered', 'closed'];

/** Waits until an order's page shows one of these states. */
export async function untilState(page: Page, states: string[], timeout: number): Promise<void> {
  const state = page.getByTestId('order-state').locator('[data-status]').first();
  await eventually(page, timeout, async () => {
    expect(states).toContain(await state.getAttribute('data-status', { timeout: 2_000 }));
  });
}
