import * as z from 'zod';
import type { SiteLink } from '../../reports/site/site-page.ts';
import { describeIssues } from '../config/describe-issues.ts';

/** A request that gets no page: its status, what was expected and found, and what to do. */
export class SiteRefusal extends Error {
  readonly status: 400 | 404;
  readonly hint: string | SiteLink | undefined;

  constructor(status: 400 | 404, message: string, hint?: string | SiteLink) {
    super(message);
    this.name = 'SiteRefusal';
    this.status = status;
    this.hint = hint;
  }
}

/** Texts of addresses are as long as somebody would type them. */
const text = z.string().max(200);

const common = { format: z.literal('csv').optional() };

/** The date of a night. */
const night = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .optional();

const searched = z.strictObject({ ...common, q: text.default('') });

/** What may stand behind the question mark of each view. */
export const queries = {
  tonight: searched.extend({ night }),
  coverage: searched,
  runs: searched,
  event: z.strictObject(common),
  fleet: z.strictObject({
    ...common,
    q: text.default(''),
    by: z.enum(['rack', 'node', 'device']).optional(),
    night,
    rack: text.optional(),
    metric: text.optional(),
  }),
  node: searched,
};

/** Refuses a night that is not shown. Throws SiteRefusal with 400. */
export function requireNight(asked: string, dates: readonly string[]): void {
  if (dates.includes(asked)) return;
  throw new SiteRefusal(
    400,
    `night: expected one of the last ${dates.length} in the index, got \`${asked}\``,
    `The last one is ${dates.at(-1) ?? 'none'}.`,
  );
}

/** Reads the query of an address. Throws SiteRefusal with 400. */
export function readQuery<Q extends z.ZodObject>(url: string, schema: Q): z.infer<Q> {
  const input: Record<string, string> = {};
  for (const [name, value] of new URL(url).searchParams) {
    if (Object.hasOwn(input, name))
      throw new SiteRefusal(400, `${name.slice(0, 60)}: expected once, got it several times`);
    // An empty field of a form is nothing asked for.
    if (value !== '')
      Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
  }
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const { message, hint } = describeIssues('address', schema, input, read.error);
  throw new SiteRefusal(400, message, hint);
}
