/** What a signature adds to a report: who vouches for it, until when, and what his ledger says of other attempts. */
export interface Signature {
  /** Fingerprint of the key. */
  readonly key: string;
  readonly algorithm: 'ecdsa-p256' | 'ed25519';
  /** Name of the file with the statement. */
  readonly bundle: string;
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

/** Where nobody has signed yet, a name to put in the place of the file. */
export const anyBundle = 'report.SIGNER.sigstore.json';

/** How OpenSSL checks a signature by a key of each kind, over the bytes that are signed. */
export const opensslCommands = {
  'ecdsa-p256': 'openssl dgst -sha256 -verify signer.pub -signature s pae',
  ed25519: 'openssl pkeyutl -verify -pubin -inkey signer.pub -rawin -in pae -sigfile s',
} as const;
