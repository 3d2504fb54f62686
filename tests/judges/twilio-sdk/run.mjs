// Twilio's own SDK judges the SMS provider emulator: node run.mjs PATH_TO_agw-smsprovider
// Exit code 0 = every check held, 1 = one did not, 2 = wrong usage.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import twilio from 'twilio';

const emulator = process.argv[2];
if (!emulator) {
  console.error('usage: node run.mjs PATH_TO_agw-smsprovider');
  process.exit(2);
}

const account = 'AC0123456789abcdef0123456789abcdef';
const token = 'judge-token';
const folder = mkdtempSync(join(tmpdir(), 'twilio-judge-'));
writeFileSync(join(folder, 'token'), token + '\n', { mode: 0o600 });
const child = spawn(emulator, ['--account', account, '--token-file', join(folder, 'token'), '--callback-delay-ms', '0', '--delivered', '1',
  '--callbacks', 'all', '--parent', String(process.pid)], { stdio: ['ignore', 'pipe', 'inherit'] });
const ready = JSON.parse(await new Promise((resolve, reject) => {
  createInterface({ input: child.stdout }).once('line', resolve);
  child.once('exit', code => reject(new Error(`the emulator ended with ${code}`)));
}));

const callbacks = [];
let wake = () => {};
const listener = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  callbacks.push({ url: `http://${request.headers.host}${request.url}`, signature: request.headers['x-twilio-signature'],
    form: Object.fromEntries(new URLSearchParams(body)) });
  response.writeHead(204).end();
  wake();
});
await new Promise(resolve => listener.listen(0, '127.0.0.1', resolve));
const callbackUrl = `http://127.0.0.1:${listener.address().port}/v1/receipts/twilio/d7-1-1-0-1`;

const client = (authToken, options) => {
  const made = twilio(account, authToken, options);
  made.api.baseUrl = ready.url; // An internal field of this SDK version: the lock file pins it.
  return made;
};
const control = changes => fetch(`${ready.url}/control`, { method: 'POST', body: JSON.stringify(changes) });
const message = { to: '+8612000000001', from: '+15005550006', body: '【溧阳】暴雨红色预警 "1"' };
const sdk = client(token);
let sid;

const checks = {
  'create': async () => {
    const made = await sdk.messages.create({ ...message, statusCallback: callbackUrl, validityPeriod: 3600, smartEncoded: false });
    sid = made.sid;
    assert.match(sid, /^SM[0-9a-f]{32}$/);
    assert.deepEqual([made.status, made.to, made.from, made.body, made.errorCode], ['queued', message.to, message.from, message.body, null]);
    assert.ok(Math.abs(made.dateCreated - new Date()) < 60_000);
  },
  'callbacks pass the SDK\'s own signature check': async () => {
    while (callbacks.length < 2) await new Promise(resolve => { wake = resolve; });
    for (const { url, signature, form } of callbacks) {
      assert.equal(form.MessageSid, sid);
      assert.ok(twilio.validateRequest(token, signature, callbackUrl, form));
      assert.ok(!twilio.validateRequest('another', signature, url, form));
    }
    assert.deepEqual(callbacks.map(callback => callback.form.MessageStatus).sort(), ['delivered', 'sent']);
  },
  'fetch': async () => {
    const found = await sdk.messages(sid).fetch();
    assert.deepEqual([found.sid, found.status, found.body], [sid, 'delivered', message.body]);
  },
  'fetch of an unknown sid is 404/20404': () =>
    assert.rejects(sdk.messages('SM00000000000000000000000000000001').fetch(), { status: 404, code: 20404 }),
  'list by To and day, through several pages': async () => {
    for (let i = 0; i < 4; i++) await sdk.messages.create(message);
    const found = await sdk.messages.list({ to: message.to, dateSentAfter: new Date(Date.now() - 86_400_000), pageSize: 2 });
    assert.equal(found.length, 5);
    assert.equal(new Set(found.map(item => item.sid)).size, 5);
    assert.equal(found[4].sid, sid, 'newest first');
    assert.equal((await sdk.messages.list({ to: '+8612000000002' })).length, 0);
  },
  'a bad number is 400/21211': () => assert.rejects(sdk.messages.create({ ...message, to: '12' }), { status: 400, code: 21211 }),
  'no body is 400/21602': () => assert.rejects(sdk.messages.create({ to: message.to, from: message.from }), { status: 400, code: 21602 }),
  'the wrong token is 401/20003': () => assert.rejects(client('wrong').messages.create(message), { status: 401, code: 20003 }),
  'beyond the throttle is 429/20429': async () => {
    await control({ throttlePerSecond: 1 });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => sdk.messages.create(message)));
    const refused = results.filter(result => result.status === 'rejected').map(result => result.reason);
    assert.ok(refused.length > 0);
    for (const reason of refused) assert.deepEqual([reason.status, reason.code], [429, 20429]);
  },
  'the SDK\'s own retry gets through the throttle': async () => {
    await client(token, { autoRetry: true, maxRetries: 8 }).messages.create(message);
    await control({ throttlePerSecond: 0 });
  },
  'an accepted message that was answered 500 is found by List': async () => {
    await control({ fail5xx: 1 });
    const lost = { ...message, to: '+8612000000003' };
    await assert.rejects(sdk.messages.create(lost), { status: 500 });
    assert.equal((await sdk.messages.list({ to: lost.to })).length, 1);
  },
};

let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    failures++;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}

const ended = new Promise(resolve => child.once('exit', resolve));
child.kill('SIGTERM');
const code = await ended;
console.log(`${code === 0 ? 'ok     ' : 'FAILED '} SIGTERM ends the emulator with exit code 0`);
listener.close();
listener.closeAllConnections();
rmSync(folder, { recursive: true });
process.exitCode = failures > 0 || code !== 0 ? 1 : 0;
