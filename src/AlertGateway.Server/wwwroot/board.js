// The live parts of the board: one event stream, at most one drawing a frame, one spoken summary each ten seconds.
import { grades, number, percent, gradeOfHalf } from './grades.js';

const board = document.getElementById('board');
const at = id => document.getElementById(id);
const staleAfterMs = 6000;
const summaryEveryMs = 10000;
const channelNames = new Map(Object.entries({ Sms: '短信 SMS', Push: '应用推送 App push', Loudspeaker: '大喇叭 Loudspeakers', Broadcast: '应急广播 Broadcast' }));
const purposeNames = new Map(Object.entries({ Original: '原发 Original', Cancel: '撤销通知 Cancel', Correction: '误发更正 Correction', Reminder1: '第一次提醒 Reminder 1', Reminder2: '第二次提醒 Reminder 2' }));
const stateNames = new Map(Object.entries({ Running: '发布中 Running', Complete: '发送完毕 All sent', Cancelled: '已撤销 Cancelled', Superseded: '已被取代 Superseded', Expired: '已过期 Expired' }));
const channelFields = ['planned', 'open', 'accepted', 'delivered', 'handedOff', 'failed', 'suppressed', 'possibleDuplicates', 'possibleLoss'];

const index = (attribute, root = document) => {
  const map = new Map();
  for (const element of root.querySelectorAll(`[${attribute}]`)) map.set(element.getAttribute(attribute), element);
  return map;
};
const dots = index('data-dot'), cells = index('data-cell'), rows = index('data-place');
const bars = index('data-bar'), totals = index('data-grade'), shares = index('data-percent');

let pending = null, lastFrame = null, lastHeard = performance.now(), lastSummary = 0, spoken = '', source = null;

function merge(into, data) {
  if (into === null) return data;
  return { ...into, ...data,
    towns: { ...into.towns, ...data.towns }, villages: { ...into.villages, ...data.villages },
    channels: [...(into.channels ?? []), ...(data.channels ?? [])] };
}

function queue(data) {
  const first = pending === null;
  pending = merge(pending, data);
  if (first) requestAnimationFrame(() => { const now = pending; pending = null; render(now); });
}

const put = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

function renderPlace(code, counts) {
  const half = gradeOfHalf(counts);
  const dot = dots.get(code);
  if (dot) { dot.setAttribute('href', `#s${half}`); dot.setAttribute('class', `dot g${half}`); }
  cells.get(code)?.setAttribute('fill', `url(#p${half})`);
  const row = rows.get(code);
  if (!row) return;
  for (const cell of row.querySelectorAll('[data-g]')) put(cell, number(counts[Number(cell.dataset.g)]));
  const use = row.querySelector('[data-half]');
  use?.setAttribute('href', `#s${half}`);
  use?.setAttribute('class', `g${half}`);
  put(row.querySelector('[data-half-text]'), grades[half]);
}

function renderGrades(counts) {
  const total = counts.reduce((a, b) => a + b, 0);
  let x = 0;
  for (let grade = counts.length - 1; grade >= 0; grade--) {
    const width = total === 0 ? 0 : 100 * counts[grade] / total;
    const bar = bars.get(String(grade));
    bar?.setAttribute('x', `${x.toFixed(2)}%`);
    bar?.setAttribute('width', `${width.toFixed(2)}%`);
    x += width;
    put(totals.get(String(grade)), number(counts[grade]));
    put(shares.get(String(grade)), percent(counts[grade], total));
  }
}

function renderChannel(channel) {
  const key = `${channel.channel}-${channel.purpose}`;
  let row = document.querySelector(`[data-channel="${CSS.escape(key)}"]`);
  if (!row) {
    row = document.createElement('tr');
    row.dataset.channel = key;
    const head = document.createElement('th');
    head.scope = 'row';
    head.textContent = `${channelNames.get(channel.channel) ?? channel.channel} · ${purposeNames.get(channel.purpose) ?? channel.purpose}`;
    row.append(head);
    for (const field of channelFields) {
      const cell = document.createElement('td');
      cell.className = 'num';
      cell.dataset.f = field;
      row.append(cell);
    }
    at('channels').append(row);
  }
  for (const cell of row.querySelectorAll('[data-f]')) put(cell, number(channel[cell.dataset.f]));
}

function render(data) {
  if (data.started !== undefined) put(at('started'), number(data.started));
  if (data.awake !== undefined) { put(at('awake'), number(data.awake)); put(at('not-awake'), number(data.notAwake)); }
  put(at('rate'), data.perSecond === undefined ? '–' : number(data.perSecond));
  if (data.state !== undefined && at('state').dataset.state !== data.state) {
    at('state').dataset.state = data.state;
    put(at('state'), stateNames.get(data.state) ?? data.state);
  }
  if (data.grades) renderGrades(data.grades);
  for (const [code, counts] of Object.entries(data.towns ?? {})) renderPlace(code, counts);
  for (const [code, counts] of Object.entries(data.villages ?? {})) renderPlace(code, counts);
  for (const channel of data.channels ?? []) renderChannel(channel);
}

function summarise() {
  const text = `已知醒来 ${at('awake').textContent} 人，尚未醒来 ${at('not-awake').textContent} 人，已开始发送 ${at('started').textContent} 条。`;
  if (text === spoken) return;
  spoken = text;
  at('summary').textContent = text;
}

function heard(event) {
  lastHeard = performance.now();
  at('stale').hidden = true;
  const data = JSON.parse(event.data);
  if (event.type !== 'snapshot' && lastFrame !== null && data.frame !== lastFrame + 1) { reconnect(); return null; }
  lastFrame = data.frame;
  return data;
}

function reconnect() {
  source?.close();
  lastFrame = null;
  source = new EventSource(board.dataset.events);
  for (const kind of ['snapshot', 'delta']) source.addEventListener(kind, event => { const data = heard(event); if (data) queue(data); });
  source.addEventListener('beat', heard);
}

function watch() {
  const quiet = performance.now() - lastHeard;
  if (quiet > staleAfterMs) {
    const stale = at('stale');
    put(stale, `数据停止更新 ${Math.floor(quiet / 1000)} 秒 · data is ${Math.floor(quiet / 1000)} s old`);
    stale.hidden = false;
    document.body.classList.add('is-stale');
    if (source?.readyState === EventSource.CLOSED) reconnect();
  } else {
    document.body.classList.remove('is-stale');
  }
  if (performance.now() - lastSummary > summaryEveryMs) { lastSummary = performance.now(); summarise(); }
}

if (board) {
  reconnect();
  setInterval(watch, 1000);
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', event => { if (event.persisted) reconnect(); });
}
