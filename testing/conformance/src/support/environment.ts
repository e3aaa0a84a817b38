import type { ContextKind, ContextOptions, OpenContext } from './open-context.ts';
import type { ScopeOptions, TestScope } from './test-scope.ts';

/** What stands in for service workers and pages on a host that has none. */
export interface Environment {
  openScope(options: ScopeOptions): Promise<TestScope>;
  /** Closes the scopes of a test that has ended. */
  closeScopes(): Promise<void>;
  openContext(kind: ContextKind, options: ContextOptions): Promise<OpenContext>;
}

let environment: Environment | undefined;

export function setEnvironment(given: Environment): void {
  environment = given;
}

/** Undefined in browsers, which are what the suites were written for. */
export function getEnvironment(): Environment | undefined {
  return environment;
}
