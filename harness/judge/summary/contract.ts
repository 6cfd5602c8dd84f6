import type { Verdict } from '../../../reports/verdict/verdict.ts';
import type { Limit } from '../../../workloads/kit/limit.ts';
import { nameOf } from '../../../workloads/kit/subject.ts';
import { deviationsOf } from '../../config/contract-limits.ts';
import type { RunMaterial } from '../../store/run-material.ts';
import type { JudgedCell } from '../judge-cells.ts';

/** Those of a contract that hold on the day on which the run began, for the profile that is judged by. */
const holding = ({ contract, header, profile }: RunMaterial) =>
  contract?.profile === profile.id
    ? contract.waivers.filter(({ expires }) => expires >= header.startedAt.slice(0, 10))
    : [];

/**
 * What was let go of keeps its verdict and decides nothing: its cell is no longer required. Only of the cell that is named, whole: a
 * waiver for a node says nothing about its devices.
 */
export function waiverOf(material: RunMaterial): <T extends JudgedCell>(cells: readonly T[]) => readonly T[] {
  const waived = new Set(holding(material).map(({ requirement, subject }) => `${requirement} ${subject}`));
  if (waived.size === 0) return (cells) => cells;
  return (cells) =>
    cells.map((judged) =>
      waived.has(`${judged.cell.requirement} ${nameOf(judged.cell.subject)}`)
        ? { ...judged, cell: { ...judged.cell, level: 'advisory' } }
        : judged,
    );
}

/** What a verdict says of the contract that it was judged by; nothing without one, or for another purpose. */
export function describeContract(material: RunMaterial): Pick<Verdict, 'contract' | 'waivers'> {
  const { contract, inventory, profile, limits, metrics } = material;
  if (contract === undefined || contract.profile !== profile.id) return {};
  const waivers = holding(material).map((waiver) => ({ ...waiver }));
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
