/** What a signature adds to a report: who vouches for it, until when, and what his ledger says of other attempts. */
export interface Signature {
  /** Fingerprint of the key. */
  readonly key: string;
  /** Days by the stamp of whoever signed. */
  readonly issued: string;
  readonly expires: string | undefined;
  readonly ledger: { readonly origin: string; readonly size: number; readonly begin: number } | undefined;
  readonly attempts: readonly {
    readonly at: string;
    readonly run: string;
    readonly profile: string;
    readonly suite: string;
    readonly end: string;
  }[];
}
