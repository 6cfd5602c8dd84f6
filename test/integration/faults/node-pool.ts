import type { RigNode } from '../../rig/rig-node.ts';

/** The nodes of a rig, for tests that run at the same time and each want some of them alone. */
export interface NodePool {
  /** Resolves when so many nodes are free; who asks first gets them first. */
  readonly take: (count: number) => Promise<readonly RigNode[]>;
  readonly giveBack: (nodes: readonly RigNode[]) => void;
}

export function createNodePool(nodes: readonly RigNode[]): NodePool {
  const free = [...nodes];
  const waiting: { readonly count: number; readonly resolve: (taken: readonly RigNode[]) => void }[] = [];
  const serve = (): void => {
    const [first] = waiting;
    if (first === undefined || first.count > free.length) return;
    waiting.shift();
    first.resolve(free.splice(0, first.count));
    serve();
  };
  return {
    take: (count) =>
      new Promise((resolve) => {
        waiting.push({ count, resolve });
        serve();
      }),
    giveBack: (taken) => {
      free.push(...taken);
      serve();
    },
  };
}
