/** @file RemoteMonitor: sends the logs of each epoch to a server (Keras' `remote_monitor.py`). */

import { factory, withOptions } from '../options/configurable.ts';
import { flag, text, wrongValue } from '../options/kinds.ts';
import { optionKind } from '../options/option.ts';
import { Callback } from './callback.ts';

const texts = optionKind<Readonly<Record<string, string>>>(() => {
  const expected = 'a record of texts';
  return {
    expected,
    read(given, place) {
      const isRecord = typeof given === 'object' && given !== null && !Array.isArray(given);
      if (isRecord && Object.values(given).every((value) => typeof value === 'string')) {
        return given as Readonly<Record<string, string>>;
      }
      throw wrongValue(place, expected, given);
    },
  };
});

/**
 * Sends epoch and logs as JSON by HTTP POST after each epoch, and waits for the answer. Numbers that are not finite are null
 * there. A server that cannot be reached, or does not accept them, is a warning: training goes on.
 */
export class RemoteMonitor extends withOptions(Callback, {
  /** The server. Default 'http://localhost:9000'. */
  root: text('http://localhost:9000'),
  /** The path there. Default '/publish/epoch/end/'. */
  path: text('/publish/epoch/end/'),
  /** The field of the form that has the JSON, unless `sendAsJson` is set. Default 'data'. */
  field: text('data'),
  /** Headers of HTTP by name. Default null: none of one's own. */
  headers: texts(null),
  /** Whether the JSON is the body of the request, and not in a form. Default false. */
  sendAsJson: flag(false),
}) {
  static override readonly className = 'RemoteMonitor';

  override async onEpochEnd(epoch: number, logs: Record<string, number>): Promise<void> {
    const json = JSON.stringify({ epoch, ...logs });
    const [type, body] = this.sendAsJson
      ? ['application/json', json]
      : ['application/x-www-form-urlencoded', new URLSearchParams({ [this.field]: json }).toString()];
    const headers = { 'Content-Type': type, ...this.headers };
    try {
      const answer = await fetch(this.root + this.path, { method: 'POST', headers, body });
      await answer.body?.cancel();
      if (!answer.ok) console.warn(`RemoteMonitor root server at ${this.root} answered ${answer.status}.`);
    } catch {
      console.warn(`Could not reach RemoteMonitor root server at ${this.root}`);
    }
  }
}

/** Sends the logs of each epoch to a server. */
export const remoteMonitor = factory(RemoteMonitor);
