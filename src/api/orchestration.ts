import type { Session } from './session.ts';

export interface Stack {
  readonly id: string;
  readonly stack_name: string;
  readonly stack_status: string;
  readonly stack_status_reason?: string;
  readonly outputs?: readonly { readonly output_key: string; readonly output_value: unknown }[];
}

/** Orchestration API v1; its addresses in the catalog end in the project. */
export function orchestrationApi(session: Session) {
  return {
    stacks: () => session.list<Stack>('orchestration', '/stacks', 'stacks'),
    /** By name and id: by one of them alone, Heat answers with a redirection. */
    async stack(name: string, id: string): Promise<Stack> {
      return (await session.json<{ stack: Stack }>('orchestration', { path: `/stacks/${name}/${id}` })).stack;
    },
    async create(name: string, template: object, timeoutMinutes: number): Promise<string> {
      const json = { stack_name: name, template, timeout_mins: timeoutMinutes, disable_rollback: true };
      const request = { method: 'POST', path: '/stacks', json } as const;
      return (await session.json<{ stack: { id: string } }>('orchestration', request)).stack.id;
    },
    async remove(name: string, id: string): Promise<void> {
      await session.send('orchestration', { method: 'DELETE', path: `/stacks/${name}/${id}` });
    },
  };
}

export type OrchestrationApi = ReturnType<typeof orchestrationApi>;
