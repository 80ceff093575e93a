// What is seen: the verdict in the look of the other pages, the home with camera and field. All words are in the page.

const $ = (id) => document.getElementById(id);
const { pool, states, ends, reasons, labels } = JSON.parse($('kata').textContent), texts = pool.split('|');
const said = (numbers) => numbers.map((number) => texts[number]);
// In the order of crates/server/src/pages/verify/words.rs.
const [ISSUED_BY, EXPIRED_ON, FROM, SINCE, REASON, CHECKED, AGAIN, CONTENT, NAME, PROGRAMME, NUMBER, HOURS, GRADE, DATES, ISSUED_ON,
  UNTIL, COHORT, ISSUER, MORE, SUBJECTS_OF, NEWER, CHECKS, STATUS_OF, NO_END, NEVER_ENDS, OTHER, TITLE] = texts.slice(labels);
const { lang } = document.documentElement, { zone, hours } = document.body.dataset;
const other = lang === 'en' ? 'id' : 'en', english = lang === 'en';

const TICK = 'm5 13 4.5 4.5L19 8', CROSS = 'M6 6l12 12M18 6 6 18', MARK = 'M12 4 3 20h18zM12 10v4M12 17v.1', INFO = 'M12 3a9 9 0 1 0 .1 0M12 11v5M12 8v.1';
// The mark and the glyph of each end of a check; others fail.
const MARKS = {
  pass: ['pass', TICK], unknown: ['unknown', 'M8.5 9a3.5 3.5 0 1 1 5.2 3c-1.1.7-1.7 1.3-1.7 2.5M12 18.4v.1'], skipped: ['skipped', 'M7 12h10'],
  suspended: ['warn', MARK], superseded: ['warn', MARK], 'not-yet-valid': ['warn', MARK],
};
const SHAPES = { ok: 'M26 5a21 21 0 1 0 .1 0', warn: 'M26 4 48 26 26 48 4 26z', bad: 'M17.3 5h17.4L47 17.3v17.4L34.7 47H17.3L5 34.7V17.3z' };
const CLOCK = 'M26 16v10l6.5 4', STRUCK = 'm19.5 19.5 13 13m0-13-13 13';
const INSIDE = {
  valid: 'm17.5 26.5 6 6L35 21', superseded: 'M17 22h18l-4.5-4.5M35 30H17l4.5 4.5', suspended: 'M21.5 19v14M30.5 19v14', revoked: STRUCK,
  tampered: 'M18 22h16M18 30h16M30 16l-8 20', expired: CLOCK, 'not-yet-valid': CLOCK, foreign: STRUCK,
};
const UNSURE = 'M21 21.5a5 5 0 1 1 7.6 4.2c-1.7 1-2.6 2-2.6 4M26 35.4v.1';
const SVG = 'http://www.w3.org/2000/svg';
const swap = $('bahasa').href;

function el(tag, more, ...inner) {
  const made = /^(svg|g|path)$/.test(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const name in more) if (more[name]) made.setAttribute(name, more[name]);
  made.append(...inner.filter(Boolean));
  return made;
}
const draw = (side, outline, inside) => el('svg', { viewBox: `0 0 ${side} ${side}`, 'aria-hidden': 'true' },
  el('path', { d: outline }), inside && el('g', 0, el('path', { d: inside })));
const panel = (id, heading, tag, ...inner) => el('section', { class: 'panel', 'aria-labelledby': id },
  el('div', { class: 'head' }, el('h2', { id }, heading), tag), ...inner);
const row = (label, name, value, wide) => value && el('div', { class: wide && 'wide' }, el('dt', 0, label), el('dd', { class: name }, ...[].concat(value)));

// ---- Dates, halves of texts in two languages ----

const format = (more) => new Intl.DateTimeFormat(english ? 'en-GB' : 'id-ID', { timeZone: zone, ...more });
const days = format({ day: 'numeric', month: 'long', year: 'numeric' });
const day = (stamp) => days.format(new Date(stamp));
function moment(stamp) {
  const at = format({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(stamp));
  return `${day(stamp)}, ${english ? at : at.replace(':', '.')} ${hours}`;
}
function age(stamp, now) {
  const ago = Math.round((Date.parse(stamp) - now) / 864e5);
  return `${moment(stamp)}, ${new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(ago, 'day')}.`;
}
function halves(text) {
  const [first, ...rest] = `${text || ''}`.split(' / '), second = rest.join(' / ');
  return english && second ? [second, first] : [first, second];
}

// ---- The result ----

function says({ state, credential, why = {}, host, own }, [, , meaning, advice]) {
  if (state === 'valid') return `${ISSUED_BY} ${halves(credential.issuer.name)[0]}. ${meaning}`;
  if (state === 'expired') return `${EXPIRED_ON} ${day(credential.validUntil)}. ${meaning}`;
  if (state === 'not-yet-valid') return `${FROM} ${day(credential.validFrom)}. ${meaning}`;
  const known = why.since ? ` ${SINCE} ${day(why.since)}.` : '', reason = texts[reasons[why.reason]];
  return `${state === 'foreign' ? `${host} ≠ ${own}. ` : ''}${meaning} ${advice}${known}${reason ? ` ${REASON} ${reason}.` : ''}`;
}

function band(result, words, colour) {
  const { state, text, now } = result, again = text && colour === 'warn' && !(state in INSIDE || ['damaged-link', 'not-compact', 'too-long'].includes(state));
  const button = again && el('button', { class: 'btn' }, AGAIN);
  if (again) button.onclick = () => run(text);
  return el('section', { class: 'verdict', 'data-v': colour, 'aria-labelledby': 'hasil' },
    el('div', { class: 'top' }, draw(52, SHAPES[colour], INSIDE[state] || UNSURE),
      el('div', 0, el('p', { class: 'kicker' }, words[0]), el('h1', { id: 'hasil', tabindex: '-1' }, words[1]))),
    el('p', { class: 'says' }, says(result, words)),
    el('p', { class: 'other', lang: other }, `${words[4]}.`),
    el('p', { class: 'when' }, `${CHECKED} ${moment(now)}`),
    button);
}

// The signed content; none of it when content and signature do not match.
function facts({ state, credential, checks, why }, kicker, colour) {
  if (checks.proof !== 'pass') return '';
  const { credentialSubject: subject, issuer, validFrom, validUntil } = credential, achievement = subject.achievement || {};
  const both = (label, text, name) => {
    const [here, there] = halves(text);
    return here && row(label, name, [here, there && el('small', { lang: other }, there)], name);
  };
  const { activityStartDate: starts, activityEndDate: finishes } = subject, credits = subject.creditsEarned;
  const long = [achievement.description, achievement.criteria?.narrative].filter(Boolean), newer = why?.successor;
  const tag = state !== 'valid' && el('span', { class: 'tag', 'data-k': colour }, draw(24, colour === 'bad' ? CROSS : MARK), kicker);
  return panel('fakta', CONTENT, tag,
    /^https?:/.test(newer) && el('p', 0, el('a', { href: newer }, NEWER)),
    el('dl', 0,
      row(NAME, 'who', subject.name, 1), both(PROGRAMME, achievement.name, 'what'), row(NUMBER, 'num', subject.licenseNumber, 1),
      row(HOURS, '', credits && `${credits} JP`), both(GRADE, subject.result?.[0].value),
      row(DATES, '', starts && finishes && days.formatRange(new Date(starts), new Date(finishes))), row(ISSUED_ON, '', day(validFrom)), row(UNTIL, '', validUntil && day(validUntil)),
      both(COHORT, subject.term), both(ISSUER, issuer.name, 'by')),
    long.length && el('details', 0, el('summary', 0, SUBJECTS_OF), ...long.map((text) => el('p', 0, halves(text)[0]))));
}

function checked({ checks, signed, credential, now }) {
  return panel('periksa', CHECKS, '', el('ul', { class: 'checks' }, ...Object.keys(checks).map((name) => {
    const end = checks[name], [mark, glyph] = MARKS[end] || ['fail', CROSS];
    let [first, second] = said(ends[name][end]);
    if (name === 'status' && signed) second += ` ${STATUS_OF} ${age(signed, now)}`;
    if (name === 'validity' && end === 'pass' && !credential.validUntil) [first, second] = [NO_END, NEVER_ENDS];
    return el('li', { 'data-c': mark }, draw(24, glyph), el('div', 0, el('b', 0, first), el('small', 0, second)));
  })));
}

function show(result) {
  const { state, credential, record, signed, text } = result, words = said(states[state] || (state === 'too-long' ? states['not-compact'] : states.undecidable));
  const colour = state === 'valid' ? 'ok' : ['revoked', 'expired', 'tampered', 'foreign'].includes(state) ? 'bad' : 'warn';
  const [kind, strong, note] = words.slice(5);
  const right = credential && el('div', { class: 'col' }, checked(result));
  const left = credential && facts(result, words[0], colour);
  if (left) left.append(el('p', 0, el('a', { href: `/credentials/${record.uuid}${english ? '?hl=en' : ''}` }, MORE)));
  $('isi').replaceChildren(
    band(result, words, colour),
    kind ? el('div', { class: 'note', 'data-k': kind }, draw(24, kind === 'bad' ? CROSS : INFO), el('p', 0, el('b', 0, strong), ' ', note)) : '',
    right ? el('div', { class: 'cols' }, left && el('div', { class: 'col' }, left), right) : '',
    el('p', 0, el('a', { class: 'btn', href: location.pathname }, OTHER)));
  document.title = `${words[0]}: ${TITLE}`;
  $('bahasa').href = `${swap}#${encodeURIComponent(text || '')}`;
  $('hasil').focus();
  scrollTo(0, 0);
}

async function run(text) {
  const result = await judge(text);
  if (result) show(result);
}

// ---- Begin ----

function fragment() {
  const text = location.hash.slice(1);
  if (!text || text === 'isi') return;
  // What was scanned is nobody's business: not the next user's, not a screenshot's.
  history.replaceState(null, '', location.pathname + location.search);
  try {
    run(decodeURIComponent(text));
  } catch (_) {
    run(text);
  }
}

$('pindai').hidden = false;
// The camera is for those who use it.
const eye = (part) => (event) => import('/v/scan.js').then((module) => module[part](event.target, run));
$('mulai').onclick = eye('camera');
$('gambar').onchange = eye('picture');
$('tempel').onsubmit = (event) => { event.preventDefault(); run($('teks').value); };
onhashchange = fragment;
fragment();
navigator.serviceWorker?.register('/sw.js', { scope: '/v' });
