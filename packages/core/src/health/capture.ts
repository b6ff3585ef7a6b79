import { cdcHealth, type CdcHealth } from '../catalog/index.ts';
import { run, type Context } from '../context/index.ts';
import { EQUALS, statement } from '../dialect/index.ts';
import { isPgStreamError } from '../errors/index.ts';
import { quoteName } from '../name/index.ts';
import type { Facts } from './facts.ts';
import type { HealthFinding } from './finding.ts';

/** The one row that says whether this database's changes are captured (contract F.4). */
interface Gate {
  readonly state: string;
  /** Whether the row was made in a database that this one is a copy of. */
  readonly isOfAnother: boolean;
}

const GATE = statement<Gate>(
  (d) => `SELECT pg_catalog.json_build_object('state', g.state, 'isOfAnother',
coalesce(g.database_oid OPERATOR(pg_catalog.<>) b.oid, false))::pg_catalog.text AS pgstream
FROM ${d.schema}.${d.prefix}capture_instance g JOIN pg_catalog.pg_database b ON b.datname ${EQUALS} pg_catalog.current_database()`,
);

/** What is wrong with how changes are captured, as far as the role may ask. */
export async function captureFindings(context: Context, { may }: Facts): Promise<HealthFinding[]> {
  const { refreshesOneAtATime: hasGate, schema, prefix } = await context.dialect();
  const rights: string[] = [];
  if (!may.alerts) rights.push(`GRANT SELECT ON ${schema}.${prefix}dependencies TO <role>;`);
  if (hasGate && !may.gate) rights.push(`GRANT SELECT ON ${schema}.${prefix}capture_instance TO <role>;`);
  return [
    ...(hasGate && may.gate ? await gateFindings(context, schema) : []),
    ...(may.alerts ? await alertFindings(context) : []),
    ...(rights.length > 0 ? [unknown('the role may not ask.', `To let it: ${rights.join(' ')}`)] : []),
  ];
}

async function gateFindings(context: Context, schema: string): Promise<HealthFinding[]> {
  const [gate] = await run(context, GATE, [], { operation: 'read', reads: 'all' });
  if (gate === undefined) return [];
  const about = { code: 'CAPTURE_BLOCKED', severity: 'error', streamTable: null } as const;
  if (gate.isOfAnother || gate.state === 'QUARANTINED') {
    return [
      {
        ...about,
        message:
          'The extension takes this database for a copy of the one that its changes were captured in, and refreshes nothing: it was restored from a dump, or made from a template.',
        cure: `Once it is certain that this is the database to go on with, an administrator runs: SELECT ${schema}.recover_capture_instance();`,
      },
    ];
  }
  if (gate.state === 'QUIESCED') {
    return [
      {
        ...about,
        message: 'The extension is paused: it captures and refreshes nothing.',
        cure: `When the upgrade or whatever it was paused for is over, an administrator runs: SELECT ${schema}.resume_all();`,
      },
    ];
  }
  return [];
}

/** What the extension's function does is its own affair: one that fails says nothing of the rest. */
async function alertFindings(context: Context): Promise<HealthFinding[]> {
  try {
    return alerts(await cdcHealth(context));
  } catch (error) {
    if (!isPgStreamError(error) || error.sqlState === undefined || context.executor.transaction !== 'none') throw error;
    return [
      unknown(
        `the extension's function fails. ${error.message}`,
        'Call check_cdc_health() of its schema by hand to see why.',
      ),
    ];
  }
}

function alerts(sources: readonly CdcHealth[]): HealthFinding[] {
  return sources.flatMap(({ source, sourceOid, alert, slotName }): HealthFinding[] => {
    if (alert === null) return [];
    const what = source === null ? `that has the oid ${sourceOid} and is gone` : quoteName(source);
    const isLost = alert === 'replication_slot_missing';
    return [
      {
        code: 'CAPTURE_ALERT',
        severity: isLost ? 'error' : 'warn',
        streamTable: null,
        message: `Of how the changes of the source ${what} are captured${slotName === null ? '' : ` (slot ${slotName})`}, the extension reports: ${alert}.`,
        cure: isLost
          ? 'What was written since the slot was lost is missing in the stream tables that read it: create them again, or have them computed anew.'
          : 'The extension has not kept up: see that its scheduler is running, and that no transaction has been open for long.',
      },
    ];
  });
}

function unknown(why: string, cure: string): HealthFinding {
  return {
    code: 'CAPTURE_UNKNOWN',
    severity: 'info',
    streamTable: null,
    message: `Whether the changes of the sources are captured cannot be told: ${why}`,
    cure,
  };
}
