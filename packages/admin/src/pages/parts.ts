import type { HealthFinding, QualifiedName, StreamTableStatus } from '@pgstream/core';
import type { Action, Addresses, Back } from '../address/index.ts';
import { strip } from '../drawing/index.ts';
import { type Content, type Html, html } from '../html/index.ts';
import { ago, boundOf, duration, sinceRefresh, verdictOf, type Word } from '../words/index.ts';

/** A word in a frame of its look. */
export function badge({ word, look }: Word): Html {
  return html`<span class="badge ${look}">${word}</span>`;
}

/** A name as it is called, with its schema where that is not the usual one. No letter of it turns the line around. */
export function nameText({ schema, name }: QualifiedName): Html {
  return html`<bdi>${schema !== 'public' && html`<span class="quiet">${schema}.</span>`}${name}</bdi>`;
}

/** The same for where only text can stand. */
export function plainName({ schema, name }: QualifiedName): string {
  return schema === 'public' ? name : `${schema}.${name}`;
}

/** The age of what is in a stream table against what its schedule allows, and the extension's verdict. */
export function freshness(status: StreamTableStatus): Html {
  const [since, bound] = [sinceRefresh(status), boundOf(status)];
  const verdict = verdictOf(status.isStale);
  return html`<span class="age">${since === null ? 'never filled' : ago(since)}</span> ${badge(verdict)}${
      bound !== null &&
      html`<span class="bound"
        >${since !== null && strip(since / bound, status.isStale === true)} at most ${duration(bound)}</span
      >`
    }`;
}

/** Why somebody has to look at it, where its state does not say that by itself; `failure` where the status does not tell. */
export function reasonOf(status: StreamTableStatus, failure?: string): string | undefined {
  const { consecutiveErrors: errors, lastError, needsReinit } = status;
  if (errors > 0) {
    const times = errors === 1 ? 'Its last refresh failed' : `Its last ${errors} refreshes failed`;
    const said = lastError?.message ?? failure;
    return said === undefined ? `${times}.` : `${times}: ${said}`;
  }
  if (status.status === 'SUSPENDED') return 'By somebody. It is not refreshed until it is resumed.';
  if (status.status === 'ERROR') return 'Something that it reads was dropped, or its refreshes cannot succeed.';
  return needsReinit ? 'A table that it reads has other columns now.' : undefined;
}

const VERBS: Readonly<Record<Action, string>> = { refresh: 'Refresh', suspend: 'Suspend', resume: 'Resume' };

/** A button that does something to a stream table, as a form: it works without scripts. */
export function button(addresses: Addresses, name: QualifiedName, action: Action, back?: Back): Html {
  const words = VERBS[action];
  return html`<form method="post" action="${addresses.action(name, action, back)}">
    <button aria-label="${words} ${plainName(name)}">${words}</button>
  </form>`;
}

/** The buttons that make sense for a stream table in its state. */
export function buttons(
  addresses: Addresses,
  status: StreamTableStatus,
  options: { readonly back?: Back; readonly suspend?: boolean } = {},
): Html {
  const { schema, name } = status;
  const each = (action: Action): Html => button(addresses, { schema, name }, action, options.back);
  const isSuspended = status.status === 'SUSPENDED';
  return html`${isSuspended && each('resume')}${status.orchestration !== 'EXTERNAL' && each('refresh')}${
    options.suspend && !isSuspended && each('suspend')
  }`;
}

const DONE: Readonly<Record<Action, string>> = {
  refresh: 'was refreshed',
  suspend: 'was suspended',
  resume: 'was resumed',
};

/** What came of a button, said once: by the address that it has led to, whose words are all ours. */
export function outcome(subject: Content, action: Action): Html {
  return html`<p class="message good" role="status"><b>${subject}</b> ${DONE[action]}.</p>`;
}

/** What is wrong, and what to do. */
export function findingList(findings: readonly HealthFinding[], addresses: Addresses): Html {
  return html`<ul class="findings">
    ${findings.map(
      ({ code, severity, message, cure, streamTable }) =>
        html`<li class="${SEVERITIES[severity]}">
          <p>
            <span class="badge ${SEVERITIES[severity]}">${severity === 'warn' ? 'warning' : severity}</span> ${message}
          </p>
          <p class="quiet">
            ${cure} <code>${code}</code>${
              streamTable && html` · <a href="${addresses.table(streamTable)}">${nameText(streamTable)}</a>`
            }
          </p>
        </li>`,
    )}
  </ul>`;
}

const SEVERITIES = { error: 'bad', warn: 'warn', info: 'plain' } as const;
