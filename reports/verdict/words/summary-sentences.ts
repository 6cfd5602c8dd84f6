import type { Sentences } from './sentences.ts';
import { describeFates } from './step-sentences.ts';

const advice = {
  'not-run': 'Run a suite that measures it, or find out from the attempts why the step did not complete.',
  'no-tool': 'Install the tool named in the reason, then run again.',
  'no-limit': 'State the number in a contract: nobody publishes one for this hardware.',
  'no-siblings':
    'Compare it with devices of its model in other machines, or state in a contract what one has to give: here are too few.',
  'no-claim': 'State in the inventory what the reason names: the class, a claim, `manifest` or `golden`.',
  'not-covered': 'Have it shown by other means: Assay does not measure it yet.',
  'no-driver': 'Install the driver of the device, or reseat it if the driver is there, then run again.',
  'unknown-fact':
    'Give the agent the right or the program that the reason names; where it names none, the machine does not tell this.',
  'same-machine': 'Name each machine once: take this name out of the inventory, or correct where it leads.',
  'no-access': 'Make the node reachable: the reason says what is in the way. Then run again.',
  'near-limit':
    'Take more runs: these are too near the limit to decide. Where twelve fall on both sides of it, find what makes them differ.',
  'other-work':
    'Measure again when nothing else runs there, or state in the suite how much may (otherWorkAtMost).',
  indicative:
    'Install a native tool for it (`assay workloads` names them, --install-tools installs them on this machine), then run again.',
  'no-soak': 'Certify with --soak: the profile says for how many hours.',
  'no-device':
    'Nothing, where the machine is to have none. Otherwise find out why it is not on the bus: seat, power, slot, BIOS.',
  unproven:
    'Remove the cause that the reason names and measure the requirement again: nothing is proven until then.',
} as const;

/** The same where it is known what it is about. */
const adviceOn: Readonly<Partial<Record<keyof typeof advice, (names: string) => string>>> = {
  'no-tool': (names) => `Install ${names} on the node, then run again.`,
  'no-claim': (names) => `Add to the inventory: ${names}.`,
  'no-driver': (names) =>
    `Install the driver of ${names}, or reseat it if the driver is there, then run again.`,
  'no-device': (names) =>
    `Nothing, where the machine is to have no ${names}. Otherwise find out why none is on the bus: seat, power, slot, BIOS.`,
  'unknown-fact': (names) => `Give the agent what this fact needs: ${names}.`,
  'not-run': (names) =>
    `Run a suite that measures ${names}, or find out from the attempts why its steps did not complete.`,
};

const mostNames = 4;
const few = (names: readonly string[]): string =>
  `${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ` and ${names.length - mostNames} more` : ''}`;

const accelerator = {
  lost: 'Power the machine off and on, reseat the accelerator and its power cables, and measure again; replace it if it is lost again.',
  unlisted:
    'Find in the kernel log why its driver left it out; reboot, then reseat it; replace it if it stays away.',
  'needs-reset':
    'Drain the node, reset the accelerator and measure again; replace it if its driver asks for that again.',
  'needs-reboot':
    'Drain and reboot the node, and measure again; replace the accelerator if its driver asks for that again.',
  error:
    'Reset the accelerator or reboot the node, and measure again; if its driver answers with an error again, reseat it, then replace it.',
} as const;

/** What a finding asks for by the judgement of whoever found it. */
const asTold = {
  replace: 'Take the part out of use, measure it again alone, and replace it if it fails again.',
  reset: 'Drain the node, reset the accelerator and measure again; replace it if it fails again.',
  investigate:
    'Find out what the named test found, in its own output and in the kernel log, before anything is replaced.',
  reconfigure: 'Set up what the named test asks for, and measure again: no part is at fault.',
  record: 'No repair is asked for: find out what caused it, and measure again until the test passes.',
} as const;

/** What takes all devices of a kind at once is no fault of one of them. */
const restore = {
  accelerators:
    'Bring all accelerators back to the bus: look at the power of their baseboard, the PCIe switch and the BIOS (Above 4G decoding), then reseat it.',
  drives:
    'Bring the drives back: look at the power and the cable of their backplane, then at the controller and its mode in the BIOS.',
  nics: 'Bring the network interfaces back: look at the seat of the cards, then whether their driver is loaded.',
} as const;

/** With its full stop, which words of somebody else may have already. */
const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** What decided, what to do, and what is not shown. */
export const summarySentences = {
  decided: ({ title, reason }, say) => `${title}: ${say(reason)}`,
  'all-pass': ({ cells }) =>
    cells === undefined ? 'all required cells pass' : `all ${cells} required cells pass`,
  'none-decided': () => 'not one required cell was decided',
  quota: ({ atLeast, of, accepted, without }) =>
    `${accepted} of ${of} nodes conform, and the contract asks for ${atLeast}${
      without.length === 0 ? '.' : `; not shown by exactly these together: ${without.join(', ')}.`
    }`,
  'decided-by': ({ title, subject, reason }, say) => `Decided by ${title} on ${subject}: ${say(reason)}.`,
  because: ({ reason }, say) => ended(`Because of ${say(reason)}`),
  sentence: ({ of }, say) => {
    const text = say(of);
    return ended(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
  },
  'no-purpose': () => 'no purpose was judged',
  asic: ({ model }) =>
    `by what it is: the inventory lists it as a SHA-256 machine (${model}), which computes nothing else`,
  'lesser-holds': ({ lesser, intended, reason }, say) =>
    `${lesser} holds, ${intended} does not: ${say(reason)}`,
  reuse: ({ title }) => `reuse as is: ${title}`,
  'reuse-restricted': ({ title }) => `reuse with restrictions: ${title}`,
  'not-fit': ({ title }) => `not fit as it is: ${title}`,
  undecided: () => 'not decided',
  'no-use': () => 'of no use for AI',
  'facility-only': () => 'reuse the facility only',
  symptom: ({ title, reason, cells }, say) =>
    `${title}: ${say(reason)}${cells > 1 ? ` (decides ${cells} cells)` : ''}`,
  'lost-runs': ({ entry, planned, fates }, say) =>
    `${entry}: 0 of ${planned} planned runs gave a reading: ${describeFates(fates, say)}`,
  advice: ({ on, names }) => (names === undefined ? advice[on] : (adviceOn[on]?.(few(names)) ?? advice[on])),
  repair: ({ node }) => `Repair ${node}, or leave it out of the inventory, and certify again.`,
  'repair-accelerator': ({ fault }) => accelerator[fault],
  'repair-as-told': ({ repair }) => asTold[repair],
  'restore-devices': ({ list }) => restore[list],
  investigate: () => 'Investigate.',
  retest: ({ titles, steps, minutes }) =>
    `${titles.join(', ')}${steps === 0 ? '' : `; ${steps} ${steps === 1 ? 'step' : 'steps'}, at most ${minutes} min`}`,
  'the-node': ({ node }) => `node ${node}`,
  'entry-on': ({ entry, subject }) => `${entry} on ${subject}`,
  'runs-of': ({ lost, of, entry, subject }) => `${lost} of ${of} runs of ${entry} on ${subject}`,
  'title-of': ({ title, subject }) => (subject === undefined ? title : `${title} (${subject})`),
  'title-on': ({ title, subject }) => `${title} on ${subject}`,
  'told-elsewhere': ({ verdict, reason, blamedOn }, say) =>
    `${verdict}: ${say(reason)}; ${blamedOn === undefined ? 'no node was singled out, the report on the block has it' : `blamed on ${blamedOn}`}`,
} satisfies Partial<Sentences>;
