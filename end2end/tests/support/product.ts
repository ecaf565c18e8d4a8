// Starts the program under test as an operator would, each on free ports with a data directory of
// its own, and ends it by its own process id.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** From start to the line that says the address. */
const START_MS = 30_000;
/** From SIGTERM to the end. */
const STOP_MS = 15_000;
export const PASSWORD = 'correct-horse-battery';

type Settings = Record<string, string>;

/** The program under test, and the environment it runs in. */
function started(dataDir: string, settings: Settings) {
  const program = process.env.ML_BINARY;
  if (!program) throw new Error('ML_BINARY does not say which program to test; use end2end/run.sh.');
  // The developer's own settings must not reach the tests.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ML_'));
  const env = {
    ...Object.fromEntries(inherited),
    ML_LISTEN: '127.0.0.1:0',
    ML_DATA_DIR: dataDir,
    ML_OPERATOR_PASSWORD: PASSWORD,
    ML_POLL_INTERVAL_S: '5',
    ML_TRACK_INTERVAL_S: '5',
    ...settings,
  };
  return { program, options: { cwd: dataDir, env } };
}

/** Runs a command of the program to its end. */
function once(command: string[], dataDir: string): void {
  const { program, options } = started(dataDir, {});
  const { status, stderr } = spawnSync(program, command, { ...options, encoding: 'utf8', timeout: START_MS });
  if (status !== 0) throw new Error(`${command.slice(0, 2).join(' ')} ended with ${status}: ${stderr}`);
}

/** One process of the program under test. */
class Running {
  readonly #child: ChildProcess;
  #said = '';
  #wake = () => {};

  constructor(command: string[], dataDir: string, settings: Settings) {
    const { program, options } = started(dataDir, settings);
    this.#child = spawn(program, command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const listen = (chunk: Buffer) => {
      this.#said += chunk.toString();
      this.#wake();
    };
    this.#child.stdout?.on('data', listen);
    this.#child.stderr?.on('data', listen);
    this.#child.once('exit', () => this.#wake());
  }

  /** Everything it has written, for the report of a failed test. */
  get said(): string {
    return this.#said;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until it has written a line like this, and returns the match's groups. */
  async says(wanted: RegExp): Promise<string[]> {
    const deadline = Date.now() + START_MS;
    for (;;) {
      const match = wanted.exec(this.#said);
      if (match) return match.slice(1);
      if (this.ended || Date.now() > deadline) {
        const how = this.ended ? 'ended' : `said nothing like ${wanted} in ${START_MS} ms`;
        throw new Error(`The program ${how}. It wrote:\n${this.#said}`);
      }
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, deadline - Date.now());
        this.#wake = () => (clearTimeout(late), resolve());
      });
    }
  }

  /** Ends it as an init system would; what does not end by itself is a failure. */
  async stop(): Promise<void> {
    if (this.ended) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGTERM');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
    if (this.#child.signalCode === 'SIGKILL') {
      throw new Error(`The program did not end within ${STOP_MS} ms. It wrote:\n${this.#said}`);
    }
  }
}

/** A label, as the FedEx twin tells of it. */
export type TwinShipment = {
  tracking_number: string;
  order_number: string;
  live: boolean;
  status: { code: string } & Record<string, unknown>;
  consignee: { phone: string; street: string[] };
};

/** An order, as the Dynamics 365 twin tells of it. */
export type TwinOrder = {
  company: string;
  number: string;
  FdxTrackingNumber: string;
  FdxStatus: string;
  FdxDeliveredAt: string;
};

/** The control routes of the twins. */
export class Twins {
  constructor(
    readonly d365: string,
    readonly fedex: string,
  ) {}

  async ask<T = unknown>(method: string, route: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.d365}/_twin/${route}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} /_twin/${route}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  }

  placeOrder(order: Record<string, unknown>): Promise<TwinOrder> {
    return this.ask('POST', 'orders', order);
  }

  async order(number: string): Promise<TwinOrder | undefined> {
    const found = await this.ask<TwinOrder[]>('GET', `orders?number=${encodeURIComponent(number)}`);
    return found[0];
  }

  /** The labels of an order that were not cancelled. */
  async liveLabels(number: string): Promise<TwinShipment[]> {
    const all = await this.ask<TwinShipment[]>('GET', `shipments?order=${encodeURIComponent(number)}`);
    return all.filter((shipment) => shipment.live);
  }

  fault(fault: Record<string, unknown>): Promise<{ id: number; fired: number }> {
    return this.ask('POST', 'faults', fault);
  }

  noFaults(): Promise<unknown> {
    return this.ask('DELETE', 'faults');
  }
}

/** What both twins accept, in the form of the contract. */
export type Credentials = {
  d365: { authority: string; tenant_id: string; base_url: string; client_id: string; client_secret: string };
  fedex: { base_url: string; api_key: string; secret_key: string; account_number: string };
};

type Run = (command: string[], settings?: Settings) => Running;

/** The product under test with what it needs. */
export class Product {
  readonly #running: Running[];
  readonly #dataDir: string;

  private constructor(
    readonly url: string,
    readonly twins: Twins,
    readonly credentials: Credentials | undefined,
    readonly startedMs: number,
    running: Running[],
    dataDir: string,
  ) {
    this.#running = running;
    this.#dataDir = dataDir;
  }

  /** `ml-connector demo`: both twins inside, an operator named demo. */
  static demo(): Promise<Product> {
    return Product.#start(async (dataDir, run) => {
      const demo = run(['demo']);
      const [url = ''] = await demo.says(/Open\s+(http\S+)/);
      const [d365 = '', fedex = ''] = await demo.says(/(http\S+)\/_twin\/ and FedEx at (http\S+)\/_twin\//);
      return { url, twins: new Twins(d365, fedex), credentials: undefined, dataDir };
    });
  }

  /** `ml-connector serve`, never used before, with nothing beside it. */
  static untouched(): Promise<Product> {
    return Product.#start(async (dataDir, run) => {
      const [url = ''] = await run(['serve'], { ML_POLL_INTERVAL_S: '60' }).says(/listening on (http\S+)/);
      return { url, twins: new Twins(url, url), credentials: undefined, dataDir };
    });
  }

  /** `ml-connector serve`, never used before, and `ml-connector twin` beside it. */
  static firstRun(): Promise<Product> {
    return Product.#start(async (dataDir, run) => {
      const { twins, credentials } = await Product.#twins(run, ['--journey-s', '20']);
      const [url = ''] = await run(['serve']).says(/listening on (http\S+)/);
      return { url, twins, credentials, dataDir };
    });
  }

  /** `ml-connector serve` with both connections and an operator named demo; parcels take an hour. */
  static connected(settings: Settings = {}): Promise<Product> {
    return Product.#start(async (dataDir, run) => {
      const { twins, credentials } = await Product.#twins(run, ['--journey-s', '3600', '--empty']);
      for (const [system, document] of Object.entries(credentials)) {
        const file = join(dataDir, `${system}.json`);
        writeFileSync(file, JSON.stringify(document));
        once(['credentials', 'set', system, '--file', file], dataDir);
      }
      once(['operator', 'add', 'demo', '--role', 'admin'], dataDir);
      const [url = ''] = await run(['serve'], settings).says(/listening on (http\S+)/);
      return { url, twins, credentials, dataDir };
    });
  }

  static async #twins(run: Run, options: string[]): Promise<{ twins: Twins; credentials: Credentials }> {
    const twin = run(['twin', '--d365', '127.0.0.1:0', '--fedex', '127.0.0.1:0', ...options]);
    const [d365 = '', fedex = ''] = await twin.says(/365 twin: (\S+)\s+FedEx twin: (\S+)/);
    const [d365Json = ''] = await twin.says(/Credentials for Dynamics 365: (\{.*\})\n/);
    const [fedexJson = ''] = await twin.says(/Credentials for FedEx: (\{.*\})\n/);
    return { twins: new Twins(d365, fedex), credentials: { d365: JSON.parse(d365Json), fedex: JSON.parse(fedexJson) } };
  }

  static async #start(
    begin: (dataDir: string, run: Run) => Promise<Pick<Product, 'url' | 'twins' | 'credentials'> & { dataDir: string }>,
  ): Promise<Product> {
    const dataDir = mkdtempSync(join(tmpdir(), 'ml-connector-e2e-'));
    const running: Running[] = [];
    const run: Run = (command, settings = {}) => {
      const one = new Running(command, dataDir, settings);
      running.push(one);
      return one;
    };
    try {
      const { url, twins, credentials } = await begin(dataDir, run);
      return new Product(url.replace(/\/$/, ''), twins, credentials, Date.now(), running, dataDir);
    } catch (error) {
      await Promise.allSettled(running.map((one) => one.stop()));
      rmSync(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  /** Everything its processes have written. */
  get said(): string {
    return this.#running.map((one) => one.said).join('\n');
  }

  async stop(): Promise<void> {
    const stopped = await Promise.allSettled(this.#running.map((one) => one.stop()));
    rmSync(this.#dataDir, { recursive: true, force: true });
    const failed = stopped.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
