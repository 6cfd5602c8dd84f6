/** What makers of boards and drives leave in a field that they never filled in, in lower case and without blanks around. */
const words: ReadonlySet<string> = new Set([
  ...[
    'to be filled by o.e.m.',
    'to be filled by oem',
    'tbd by oem',
    'filled by oem',
    'o.e.m.',
    'oem',
    'default',
  ],
  ...[
    'default string',
    '$(default_string)',
    'not specified',
    'unspecified',
    'not applicable',
    'not available',
  ],
  ...[
    'none',
    '(none)',
    'n/a',
    'na',
    'null',
    'nil',
    'unknown',
    'undefined',
    'invalid',
    'empty',
    '<bad index>',
  ],
  ...[
    'not set',
    'not present',
    'no serial',
    'serial',
    'serial number',
    'product name',
    'all series',
    'standard',
  ],
  ...['system manufacturer', 'system product name', 'system serial number', 'system version', 'system sku'],
  ...['chassis serial number', 'chassis manufacturer', 'base board serial number', 'board serial number'],
  ...[
    'type1 - product serial number',
    'type2 - board serial number',
    'type1productconfigid',
    'mb-1234567890',
  ],
]);

/** Counted up from 0 or 1: `0123456789`, `1234567890`, `0123456789ABCDEF`. */
const counted = (text: string): boolean =>
  text.length >= 6 &&
  ['0123456789abcdef', '1234567890abcdef', '12345678901234567890'].some((it) => it.startsWith(text));

/** What AMI's and Phoenix' examples number: `SerNum0`, `Array1_PartNumber0`, `OEM_Define3`. */
const numbered =
  /^(array\d+_)?(sernum|serialnumber|partnum|partnumber|modulepartnumber|assettagnum|manufacturer|oem_define)\d+$/;

/** One character over and over: `0`, `xxxx`, `................`, `0000-0000`, `ff:ff:ff`. */
function repeated(text: string): boolean {
  const letters = text.replaceAll(/[-:. ]/g, '');
  return new Set(letters).size <= 1 && (letters.length !== 1 || /[0fx]/.test(letters));
}

/** Whether a text says nothing of the one machine or part that has it. */
export function isPlaceholder(text: string): boolean {
  const word = text.trim().toLowerCase();
  return words.has(word) || numbered.test(word) || counted(word) || repeated(word);
}

/** UUIDs that a maker gives every board: AMI's and Insyde's examples, counted-up bytes, Dell's without a service tag. */
const commonUuids: ReadonlySet<string> = new Set([
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  '00000000-0000-0000-0807-060504030201',
  '00112233-4455-6677-8899-aabbccddeeff',
  '03020100-0504-0706-0809-0a0b0c0d0e0f',
  '00010203-0405-0607-0809-0a0b0c0d0e0f',
  '4c4c4544-0000-2010-8020-80c04f202020',
]);

/** The same of a UUID; one byte over and over is memory that was never written. */
export function isPlaceholderUuid(text: string): boolean {
  const uuid = text.trim().toLowerCase();
  const bytes = new Set(uuid.replaceAll('-', '').match(/../g));
  return commonUuids.has(uuid) || bytes.size <= 1 || isPlaceholder(uuid);
}
