import type { Plan, PlannedStep } from '../plan/plan.ts';
import type { Decided } from './coordinator-journal.ts';

type Added = Pick<Decided, 'steps' | 'subjects' | 'cells'>;

/** The plan of a run as it was written, and with what was added to it. */
export class GrownPlan {
  readonly document: Plan;
  readonly digest: string;
  /** Made again when something is added. */
  #whole: Plan | undefined;
  #steps: ReadonlyMap<string, ReadonlyMap<string, PlannedStep>> | undefined;

  constructor(document: Plan, digest: string) {
    this.document = document;
    this.digest = digest;
  }

  /** Something was added to it. */
  grow(): void {
    this.#whole = undefined;
    this.#steps = undefined;
  }

  with({ steps, subjects, cells }: Added): Plan {
    const { document } = this;
    this.#whole ??= {
      ...document,
      steps: [...document.steps, ...steps],
      subjects: [...document.subjects, ...subjects],
      cells: [...document.cells, ...cells],
    };
    return this.#whole;
  }

  /** The steps of a node, by name; absent where it has none. */
  stepsOf(node: string, added: Added): ReadonlyMap<string, PlannedStep> | undefined {
    this.#steps ??= new Map(
      [...Map.groupBy(this.with(added).steps, (step) => step.node)].map(([name, steps]) => [
        name,
        new Map(steps.map((step) => [step.step, step])),
      ]),
    );
    return this.#steps.get(node);
  }

  /** Whether it was written about this node. */
  isAbout(node: string): boolean {
    return this.document.subjects.some((subject) => subject.node === node);
  }

  /** Steps and devices are planned from facts, so a node that has some has answered. */
  restsOn(node: string): boolean {
    const { steps, subjects } = this.document;
    return (
      steps.some((step) => step.node === node) ||
      subjects.some((subject) => subject.node === node && subject.kind !== 'node')
    );
  }
}
