import { describe, expect, it } from 'vitest';
import type { Signature } from '../../../../reports/verdict/signature.ts';
import type { Verdict } from '../../../../reports/verdict/verdict.ts';
import { createLookup } from '../../../../reports/verdict/verdict-lookup.ts';
import { languages } from '../../../../reports/verdict/words/front-words.ts';
import { renderPrint } from '../../../../reports/writers/html/render-print.ts';
import { exampleSignature, hostileVerdict } from '../../../support/example-verdict.ts';
import {
  acceptedVerdict,
  blockVerdict,
  unreachedVerdict,
  vmVerdict,
} from '../../../support/judged-examples.ts';

const signature: Signature = {
  ...exampleSignature,
  attempts: [
    {
      at: '2026-11-20T08:00:00.000Z',
      run: 'first',
      profile: 'constructed',
      suite: 'quick 1.0',
      end: 'no end',
    },
    {
      at: '2026-11-23T00:00:00.000Z',
      run: 'second',
      profile: 'constructed',
      suite: 'quick 1.0',
      end: 'fail',
    },
  ],
};

const textOf = (page: string): string =>
  page
    .replace(/<style>[^]*?<\/style>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
const frontOf = (page: string): string => textOf(page.slice(0, page.indexOf('<nav')));

describe('the report of conformity', () => {
  it('says on page one what is promised, the verdict, the defects, what was shown, what was not and how to check it', () => {
    const page = frontOf(
      renderPrint(createLookup(blockVerdict()), { language: 'en', signatures: [signature] }),
    );
    for (const text of [
      'Block: not accepted',
      '29 of 32 nodes conform',
      'In the way: hardware 2 , configuration 2',
      'gpu014 R34 / U26',
      'To do Recable',
      '≥ 690 TFLOPS 741.0 TFLOPS 750.5 TFLOPS 760.0 TFLOPS +7.4 %',
      'met by 232 of 249 ; readings: 696',
      'Steady-state writes',
      'until 2027-11-23 , or the first event that voids it',
      'by the ledger example.com/hall-3 : 2',
      'No hours of load were measured',
      'assay verify constructed --profile constructed --key signer.pub',
      'cosign verify-blob-attestation --bundle report.0123456789abcdef.sigstore.json --key signer.pub',
      'openssl pkeyutl -verify -pubin -inkey signer.pub -rawin -in pae -sigfile s',
      'check the signature and the digest only, and not what the report says',
      'It attests what was recorded on the items named, and relates to these items only.',
    ])
      expect(page).toContain(text);
    expect(page).not.toMatch(/certified by|accredited|\bTier\b|ISO 17025/);
  });

  it('claims no more time between failures than all nodes show together, those that failed among them', () => {
    const soak: NonNullable<Verdict['soak']> = {
      windows: 24,
      seconds: 86_400,
      nodes: 32,
      nodeSeconds: 32 * 86_400,
      failures: [{ node: 'gpu014', window: 3, what: { say: 'quoted', text: 'it stopped' } }],
      meanSeconds: 8.2 * 86_400,
      confidence: 0.9,
    };
    for (const [language, words] of [
      [
        'en',
        '32 nodes, 32.0 node-days, failures: 1 . Mean time between failures of a node: at least 8.2 node-days at 90 %',
      ],
      ['es', 'al menos 8.2 días-nodo con un 90 %'],
      ['ar', '8.2 من أيام-عُقدة على الأقل بثقة 90 %'],
    ] as const) {
      const page = renderPrint(createLookup({ ...blockVerdict(), soak }), { language, signatures: [] });
      expect(
        frontOf(page)
          .replace(/ ([,.;:])/g, '$1')
          .replaceAll(' ,', ','),
      ).toContain(words.replace(/ ([,.;:])/g, '$1'));
    }
  });

  it.each([
    ['block', blockVerdict()],
    ['one machine', acceptedVerdict()],
    ['a survey', vmVerdict()],
    ['hostile', hostileVerdict()],
    ['unreached', unreachedVerdict()],
  ])('links each number to its place in the raw output: %s', (_, verdict) => {
    const page = renderPrint(createLookup(verdict), { language: 'en', signatures: [] });
    const anchors = [...page.matchAll(/href="#([^"]+)"/g)].map(([, name]) => name);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(ids).size).toBe(ids.length);
    for (const anchor of anchors) expect(ids).toContain(anchor);
    expect(page).not.toContain('<script');
    expect(textOf(page)).toContain('not signed: nobody vouches for it yet');
  });

  it('names the step, the command and the line of each number', () => {
    const page = textOf(renderPrint(createLookup(blockVerdict()), { language: 'en', signatures: [] }));
    expect(page).toMatch(/lowest 741\.0 TFLOPS on gpu\d+ [^]*?: run stdout, line 1/);
    expect(page).toContain('assay explain constructed gemm-bf16');
  });

  it('lists every attempt by the ledger of whoever signed, and says where none is kept', () => {
    const signed = textOf(
      renderPrint(createLookup(blockVerdict()), { language: 'en', signatures: [signature] }),
    );
    expect(signed).toContain('entry 9 of 12');
    expect(signed).toContain('2026-11-20T08:00:00.000Z first constructed quick 1.0 no end');
    const without = { ...signature, ledger: undefined, attempts: [] };
    const alone = textOf(
      renderPrint(createLookup(blockVerdict()), { language: 'en', signatures: [without] }),
    );
    expect(alone).toContain('other attempts are not told');
  });

  it.each(languages)('is set in its language and direction: %s', (language) => {
    const page = renderPrint(createLookup(blockVerdict()), { language, signatures: [signature] });
    expect(page).toContain(language === 'ar' ? '<html lang="ar" dir="rtl">' : `<html lang="${language}">`);
    expect(page).toContain('<div lang="en" dir="ltr">');
    const front = frontOf(page);
    expect(front).not.toMatch(/\{\w+\}|undefined|[٠-٩]/);
    expect(front).toContain('29');
  });
});
