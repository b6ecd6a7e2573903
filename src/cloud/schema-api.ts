import * as z from 'zod';

const rateLimitSchema = z.strictObject({
  requests: z.int().min(1).max(1_000_000).describe('Requests of one address to one service in that time.'),
  seconds: z.int().min(1).max(3600).default(10).describe('The time, in seconds.'),
});

/** What users may ask of the APIs. */
export const apiSchema = z
  .strictObject({
    rate_limit: rateLimitSchema
      .optional()
      .describe('An address that asks more often is answered 429. Default: no limit.'),
  })
  .describe('APIs and the dashboard.');
