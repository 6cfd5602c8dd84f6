import { describe, expect, it } from 'vitest';
import { readCsv } from '../../../../harness/config/read-csv.ts';

const read = (text: string) => {
  const rows = readCsv(text);
  return rows.ok ? rows.value.map(({ line, fields }) => [line, ...fields]) : rows.error;
};

describe('readCsv', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    [
      'a,b\r1,2\r',
      [
        [1, 'a', 'b'],
        [2, '1', '2'],
      ],
    ],
    ['\uFEFFa,b', [[1, 'a', 'b']]],
    [
      'a;b;c\n1,5;2',
      [
        [1, 'a', 'b', 'c'],
        [2, '1,5', '2'],
      ],
    ],
    [
      'a,b;c\n1;2,3',
      [
        [1, 'a', 'b;c'],
        [2, '1;2', '3'],
      ],
    ],
    [
      '"a;b;c",d\n1,2',
      [
        [1, 'a;b;c', 'd'],
        [2, '1', '2'],
      ],
    ],
    [
      'a,b\n"1,5","say ""it"""',
      [
        [1, 'a', 'b'],
        [2, '1,5', 'say "it"'],
      ],
    ],
    [
      'a,b\n"1\r\n2",3\n4,5',
      [
        [1, 'a', 'b'],
        [2, '1\r\n2', '3'],
        [4, '4', '5'],
      ],
    ],
    [
      'a,b\n,\n\n  ,\n"",\n1,',
      [
        [1, 'a', 'b'],
        [6, '1', ''],
      ],
    ],
    [
      'a,b\n 1 , 2 ',
      [
        [1, 'a', 'b'],
        [2, ' 1 ', ' 2 '],
      ],
    ],
    ['a', [[1, 'a']]],
    ['', []],
    ['\uFEFF\r\n', []],
  ])('reads %j', (text, rows) => {
    expect(read(text)).toEqual(rows);
  });

  it.each([
    ['a,b\n1,2"3', 'line 2: expected quotes around a whole field, got `2"3` with quotes inside'],
    ['a,b\n="1",2', 'line 2: expected quotes around a whole field, got `="1",2` with quotes inside'],
    ['a,b\n"1"2,3', 'line 2: expected the field to end with its quotes, got more text in `"1"2,3`'],
    ['a,b\n\n1,"2\n3', 'line 3: expected quotes at the end of the field that starts with `"2`, got none'],
  ])('refuses %j', (text, message) => {
    expect(read(text)).toBe(message);
  });
});
