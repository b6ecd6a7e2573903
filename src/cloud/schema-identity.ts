import * as z from 'zod';

const days = z.int().min(1).max(3650);

const lockoutSchema = z.strictObject({
  attempts: z
    .int()
    .min(0)
    .max(1000)
    .default(10)
    .describe('Failed logins in a row after which a user is locked; 0: never.'),
  seconds: z.int().min(1).max(86_400).default(300).describe('Seconds for which a user is locked.'),
});

const passwordsSchema = z.strictObject({
  minimum_length: z.int().min(1).max(64).default(8).describe('Fewest characters of a password.'),
  expire_days: days.optional().describe('Days for which a password may be used. Default: no limit.'),
  remembered: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .describe('Last passwords of a user that the user may not choose again.'),
});

/** Rules of Keystone for users and their passwords. Users of services and the administrator are not locked. */
export const identitySchema = z
  .strictObject({
    lockout: lockoutSchema.prefault({}).describe('Users are locked for a while after failed logins.'),
    passwords: passwordsSchema.prefault({}).describe('Rules for passwords of users.'),
  })
  .describe('Logins and passwords of users.');
