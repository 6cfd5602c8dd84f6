import * as z from 'zod';

/**
 * One folder or file of a run directory. Whatever a node or a document names becomes a part of a path only in this form:
 * nothing hidden, no separator, no `..`.
 */
export const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,150}$/;

/** A node as the inventory names it. */
export const NodeName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);

export const ProfileId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
