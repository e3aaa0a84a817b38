import { register } from 'node:module';

/**
 * Makes a process load the core with one text changed, given as JSON in SIMULATION_MUTANT. It has to come before the
 * loader of TypeScript: what is changed is the source as it is written.
 */
const hooks = `
  let mutant;
  export function initialize(data) {
    mutant = data;
  }
  export async function load(url, context, nextLoad) {
    const loaded = await nextLoad(url, context);
    if (new URL(url).pathname !== mutant.path) return loaded;
    const source = String(loaded.source);
    if (!source.includes(mutant.from)) throw new Error(\`\${url} does not say \${mutant.from}\`);
    return { ...loaded, source: source.replace(mutant.from, () => mutant.to) };
  }
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`, {
  data: JSON.parse(process.env.SIMULATION_MUTANT ?? ''),
});
