import type { Cell } from '../../../reports/verdict/cell.ts';
import type { Verdict } from '../../../reports/verdict/verdict.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import { nameOf, nodeOf } from '../../../workloads/kit/subject.ts';
import type { Contract } from '../../config/contract.ts';
import { deviationsOf } from '../../config/contract-limits.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import type { JudgedCell } from '../judge-cells.ts';
import type { RunDossier } from '../run-dossier.ts';

/** Those of a contract that hold on the day on which the run began, for the profile that is judged by. */
const holding = ({ contract, header, profile }: RunMaterial) =>
  contract?.profile === profile.id
    ? contract.waivers.filter(({ expires }) => expires >= header.startedAt.slice(0, 10))
    : [];

/** Every name of the subject of a cell: as a report has it, and a device also by its serial number or address. */
const namesOf = ({ subject }: Cell, index: RunDossier): readonly string[] => {
  const node = nodeOf(subject);
  const own = nameOf(subject);
  return [own, ...((node === undefined ? undefined : index.node(node))?.subjects.get(own)?.names ?? [])];
};

const isAbout = (
  { requirement, subject }: Contract['waivers'][number],
  cell: Cell,
  index: RunDossier,
): boolean => cell.requirement === requirement && namesOf(cell, index).includes(subject);

/** Whether the contract of a run lets go of a cell: only of the one that is named, whole; a waiver for a node says nothing about its devices. */
export function waivedIn(index: RunDossier): (cell: Cell) => boolean {
  const waivers = holding(index.material);
  return (cell) => waivers.some((waiver) => isAbout(waiver, cell, index));
}

/** What was let go of keeps its verdict and decides nothing: its cell is no longer required. */
export function waiverOf(index: RunDossier): <T extends JudgedCell>(cells: readonly T[]) => readonly T[] {
  if (holding(index.material).length === 0) return (cells) => cells;
  const isWaived = waivedIn(index);
  return (cells) =>
    cells.map((judged) =>
      isWaived(judged.cell) ? { ...judged, cell: { ...judged.cell, level: 'advisory' } } : judged,
    );
}

/** What a verdict says of the contract that it was judged by; nothing without one, or for another purpose. */
export function describeContract(
  index: RunDossier,
  cells: readonly Cell[],
): Pick<Verdict, 'contract' | 'waivers'> {
  const { material } = index;
  const { contract, inventory, profile, limits, metrics } = material;
  if (contract === undefined || contract.profile !== profile.id) return {};
  const waivers = holding(material).map((waiver) => ({
    ...waiver,
    // A name that is none of the run's lets go of nothing, and whoever wrote it has to see that.
    ...(cells.some((cell) => isAbout(waiver, cell, index)) ? {} : { unmatched: true }),
  }));
  const { id, title, by, date } = contract;
  const isStated = ({ id: limit }: Limit): boolean => limit.startsWith(`contract.${id}.`);
  const stated = limits.filter(isStated);
  const published = limits.filter((limit) => !isStated(limit));
  return {
    contract: {
      id,
      title,
      by,
      date,
      class: contract.class,
      stated: contract.limits.flatMap(({ requirement }, index) => {
        const limit = stated[index];
        const asked = profile.requirements.find((each) => each.id === requirement);
        return limit === undefined || asked === undefined
          ? []
          : [{ requirement, title: asked.title, stated: amountOf(limit) }];
      }),
      deviations: deviationsOf(contract, { profile, inventory, limits: published, metrics }).map((each) => ({
        requirement: each.requirement,
        title: each.title,
        stated: amountOf(each.stated),
        published: { id: each.published.id, ...amountOf(each.published) },
      })),
    },
    ...(waivers.length === 0 ? {} : { waivers }),
  };
}

const amountOf = ({ comparator, value, unit }: Limit) => ({ comparator, value, unit });
