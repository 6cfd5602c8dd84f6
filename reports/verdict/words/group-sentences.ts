import { describeQuantity } from './describe-quantity.ts';
import { comparatorWords } from './fact-sentences.ts';
import { foldNodeSet } from './fold-names.ts';
import type { Sentences } from './sentences.ts';

/** What several nodes did together, and who is to blame for what went wrong. */
export const groupSentences = {
  'no-fabric': () => 'the inventory names no interface of the network under test',
  'addresses-unknown': ({ unknown }) => `its addresses are not known: ${unknown}`,
  'no-address': ({ interface: name, others }) =>
    `the interface ${name} has no IPv4 address here (others: ${others.length === 0 ? 'none' : others.join(', ')})`,
  'unreadable-address': ({ interface: name, address }) =>
    `the address of ${name} cannot be read: \`${address}\``,
  'other-network': ({ network, others }) => `it is in the network ${network}, others are in ${others}`,
  'same-address': ({ address }) => `another node has its address ${address} too`,
  'no-partner': () => 'there is no other node to measure it with',
  'one-node': () => 'there is only one node in this run',
  'nothing-across': ({ node = false }) =>
    node ? 'nothing was planned with this node' : 'nothing was planned across nodes',
  'per-node': ({ of }, say) =>
    [...Map.groupBy(of, ({ reason }) => say(reason))]
      .map(([reason, those]) => `${foldNodeSet(those.map(({ node }) => node))}: ${reason}`)
      .join('; '),
  'member-unreached': ({ member, why }, say) =>
    `${member} was not reached: ${why === undefined ? 'it left no evidence' : say(why)}`,
  'no-part': ({ member }) => `${member} left no evidence of having taken part`,
  'counted-wrong': ({ what, value }) => `${what}: ${value}`,
  missed: ({ found, comparator, limit }) =>
    `${describeQuantity(found.value, found.unit)}, ${comparatorWords[comparator]} ${describeQuantity(limit.value, limit.unit)} expected`,
  'all-right': () => 'all results right',
  'up-to': ({ found }) => `up to ${describeQuantity(found.value, found.unit)}`,
  'lost-during': ({ node, said }) => `${node} was lost while it took part: ${said}`,
  'never-asked': ({ member }) => `${member} was never asked to take part`,
  'member-ended': ({ member, execution, reason = 'no reason given' }) => `${member}: ${execution}: ${reason}`,
  'member-failed': ({ member, reason }) => `${member}: ${reason}`,
  'bad-alone': ({ node, example }, say) => `${node} is bad all by itself (${say(example)})`,
  'bad-with-each': ({ node, partners, example }, say) =>
    `${node} is bad with each of ${partners.length} partners, who are good with others: ${partners.join(', ')} (with one of them: ${example === undefined ? 'no reason given' : say(example)})`,
  'bad-together': ({ members, example }, say) =>
    members.length === 1
      ? `${members.join(', ')} is bad by itself (${say(example)})`
      : `${members.join(', ')} are good with others and bad with each other: look at what lies between them (${say(example)})`,
  'nobody-singled-out': ({ members, example }, say) =>
    `${members.join(', ')}: nobody could be singled out, since too few partners are known to be good (${say(example)})`,
} satisfies Partial<Sentences>;
