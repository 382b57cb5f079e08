import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DownloadProgress } from './download-progress.ts';

test('a download that takes long is told about, a short one is not', (t) => {
  let now = 0;
  const written: string[] = [];
  t.mock.method(performance, 'now', () => now);
  const run = (terminal: boolean, times: readonly number[], total?: number) => {
    now = 0;
    written.length = 0;
    const progress = new DownloadProgress('http://x/a.gz', {
      isTTY: terminal,
      write: (text) => written.push(text),
    });
    for (const [i, time] of times.entries()) {
      now = time;
      progress.update((i + 1) * 20e6, total);
    }
    progress.end(times.length * 20e6);
    return written;
  };
  assert.deepEqual(run(true, [100, 1000, 1400]), []);
  assert.deepEqual(run(false, [100, 1600, 1700, 2600], 162e6), [
    'Downloading http://x/a.gz: 40 MB of 162 MB, 25 MB/s\n',
    'Downloaded http://x/a.gz: 80 MB, 31 MB/s\n',
  ]);
  assert.deepEqual(run(true, [1600, 1700, 2600]), [
    '\rDownloading http://x/a.gz: 20 MB, 13 MB/s\u001b[K',
    '\rDownloading http://x/a.gz: 60 MB, 23 MB/s\u001b[K',
    '\rDownloaded http://x/a.gz: 60 MB, 23 MB/s\u001b[K\n',
  ]);
});
