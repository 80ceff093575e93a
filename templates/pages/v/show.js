// What is seen: the verdict in the look of the other pages, the home with camera and field, the other language at once.

const GLYPHS = {
  tick: 'm5 13 4.5 4.5L19 8', x: 'M6 6l12 12M18 6 6 18', warn: 'M12 4 3 20h18zM12 10v4M12 17v.1', dash: 'M7 12h10',
  q: 'M8.5 9a3.5 3.5 0 1 1 5.2 3c-1.1.7-1.7 1.3-1.7 2.5M12 18.4v.1', info: 'M12 3a9 9 0 1 0 .1 0M12 11v5M12 8v.1',
};
const SHAPES = {
  ok: 'M26 5a21 21 0 1 0 .1 0', warn: 'M26 4 48 26 26 48 4 26z', bad: 'M17.3 5h17.4L47 17.3v17.4L34.7 47H17.3L5 34.7V17.3z',
};
const INSIDE = {
  valid: 'm17.5 26.5 6 6L35 21', superseded: 'M17 22h18l-4.5-4.5M35 30H17l4.5 4.5', suspended: 'M21.5 19v14M30.5 19v14',
  revoked: 'm19.5 19.5 13 13m0-13-13 13', tampered: 'M18 22h16M18 30h16M30 16l-8 20', expired: 'M26 16v10l6.5 4',
};
INSIDE['not-yet-valid'] = INSIDE.expired;
INSIDE.foreign = INSIDE.revoked;
const UNSURE = 'M21 21.5a5 5 0 1 1 7.6 4.2c-1.7 1-2.6 2-2.6 4M26 35.4v.1';
const BAD = ['revoked', 'expired', 'tampered', 'foreign'];
const home = [...$('isi').childNodes];
const worded = [...document.querySelectorAll('[data-w]')];
let shown = null;

function el(tag, more, ...inner) {
  const made = document.createElement(tag);
  for (const name in more) if (more[name]) made.setAttribute(name, more[name]);
  made.append(...inner.filter((each) => each !== null && each !== undefined && each !== ''));
  return made;
}

function draw(side, ...paths) {
  const svg = (tag, more) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const name in more) made.setAttribute(name, more[name]);
    return made;
  };
  const out = svg('svg', { viewBox: `0 0 ${side} ${side}`, 'aria-hidden': 'true' });
  const [outline, inside] = paths.map((d) => svg('path', { d }));
  out.append(outline);
  if (inside) out.append(svg('g', {})), out.lastChild.append(inside);
  return out;
}

// ---- Dates, halves of texts in two languages ----

const format = (stamp, more) => new Intl.DateTimeFormat(pick('id-ID', 'en-GB'), { timeZone: SITE.zone, ...more }).format(new Date(stamp));
const day = (stamp) => format(stamp, { day: 'numeric', month: 'long', year: 'numeric' });
function moment(stamp) {
  const name = { 'Asia/Jakarta': 'WIB', 'Asia/Pontianak': 'WIB', 'Asia/Makassar': 'WITA', 'Asia/Jayapura': 'WIT' }[SITE.zone] || SITE.zone;
  const at = format(stamp, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return `${day(stamp)}, ${pick(at.replace(':', '.'), at)} ${name}`;
}
function halves(text) {
  const [id, ...rest] = String(text || '').split(' / ');
  const en = rest.join(' / ');
  return en ? pick([id, en], [en, id]) : [id];
}

// ---- The result ----

function band(result, said) {
  const colour = result.state === 'valid' ? 'ok' : BAD.includes(result.state) ? 'bad' : 'warn';
  const other = (WORDS.states[result.state] || {})[pick('en', 'id')] || WORDS.states.foreign[pick('en', 'id')];
  const again = result.text && !['valid', 'damaged-link', 'not-compact', 'too-long', ...BAD].includes(result.state);
  const button = again && el('button', { class: 'btn', type: 'button' }, pick('Periksa lagi', 'Check again'));
  if (button) button.addEventListener('click', () => run(result.text));
  return el('section', { class: 'verdict', 'data-v': colour, 'aria-labelledby': 'hasil' },
    el('div', { class: 'top' }, draw(52, SHAPES[colour], INSIDE[result.state] || UNSURE),
      el('div', {}, el('p', { class: 'kicker' }, said[0]), el('h1', { id: 'hasil', tabindex: '-1' }, said[1]))),
    el('p', { class: 'says' }, meaning(result, said)),
    el('p', { class: 'other', lang: pick('en', 'id') }, `${other[1]}.`),
    el('p', { class: 'when' }, `${pick('Diperiksa', 'Checked')} ${moment(result.now)}`),
    button || '');
}

function meaning(result, said) {
  const { credential } = result;
  if (result.state === 'valid') return `${pick('Diterbitkan oleh', 'Issued by')} ${halves(credential.issuer.name)[0]}. ${said[2]}`;
  if (result.state === 'expired') return `${pick('Berakhir pada', 'It expired on')} ${day(credential.validUntil)}. ${said[2]}`;
  if (result.state === 'not-yet-valid') return `${pick('Mulai berlaku pada', 'In force from')} ${day(credential.validFrom)}. ${said[2]}`;
  if (result.state === 'foreign') return `${result.host} ≠ ${result.own}. ${said[2]}`;
  return ['revoked', 'suspended', 'superseded'].includes(result.state) ? said[2] : `${said[2]} ${said[3]}`;
}

// The signed content; none of it when content and signature do not match.
function facts(result, said) {
  const { credential } = result;
  if (!credential || result.checks.proof !== 'pass') return '';
  const subject = credential.credentialSubject, achievement = subject.achievement || {};
  const rows = [];
  const put = (id, en, text, more, whole) => {
    const [here, other] = whole ? [text] : halves(text);
    if (here) rows.push(el('div', { class: more && 'wide' }, el('dt', {}, pick(id, en)),
      el('dd', { class: more }, here, other ? el('small', { lang: pick('en', 'id') }, other) : '')));
  };
  const dates = [subject.activityStartDate, subject.activityEndDate].filter(Boolean).map(day);
  put('Nama', 'Name', subject.name, 'who', true);
  put('Program pelatihan', 'Programme', achievement.name, 'what');
  put('Nomor sertifikat', 'Certificate number', subject.licenseNumber, 'num', true);
  put('Jam pelajaran', 'Hours', subject.creditsEarned && `${subject.creditsEarned} JP`);
  put('Predikat', 'Grade', subject.result && subject.result[0].value, '', true);
  put('Waktu pelatihan', 'Training dates', [...new Set(dates)].join(' – '));
  put('Tanggal terbit', 'Issued on', day(credential.validFrom));
  put('Berlaku sampai', 'Valid until', credential.validUntil && day(credential.validUntil));
  put('Angkatan', 'Cohort', subject.term);
  put('Penerbit', 'Issuer', credential.issuer.name, 'by');
  const long = [achievement.description, achievement.criteria && achievement.criteria.narrative].filter(Boolean);
  const colour = result.state === 'valid' ? '' : BAD.includes(result.state) ? 'bad' : 'warn';
  const tag = colour && el('span', { class: 'tag', 'data-k': colour }, draw(24, GLYPHS[colour === 'bad' ? 'x' : 'warn']), said[0]);
  return el('section', { class: 'panel', 'aria-labelledby': 'fakta' },
    el('div', { class: 'head' }, el('h2', { id: 'fakta' }, pick('Isi menurut data penerbit', 'Content according to the issuer')), tag),
    el('dl', {}, ...rows),
    long.length ? el('details', {}, el('summary', {}, pick('Keterangan dan mata pelatihan', 'Description and subjects')),
      ...long.map((text) => el('p', {}, halves(text)[0]))) : '');
}

function checks(result) {
  const marks = { pass: ['pass', 'tick'], unknown: ['unknown', 'q'], skipped: ['skipped', 'dash'] };
  const items = Object.keys(result.checks).map((name) => {
    const came = result.checks[name];
    const soft = ['superseded', 'suspended', 'not-yet-valid'].includes(came);
    const [mark, glyph] = marks[came] || (soft ? ['warn', 'warn'] : ['fail', 'x']);
    let [title, detail] = WORDS.checks[`${name}.${came}`][lang];
    if (name === 'status' && result.signed) detail += ` ${pick('Data status', 'Status data of')} ${moment(result.signed)}.`;
    if (name === 'validity' && came === 'pass' && !result.credential.validUntil) {
      [title, detail] = pick(['Masa berlaku: tanpa batas', 'Sertifikat ini tidak kedaluwarsa.'], ['Validity period: no end', 'This certificate does not expire.']);
    }
    return el('li', { 'data-c': mark }, draw(24, GLYPHS[glyph]), el('div', {}, el('b', {}, title), detail ? el('small', {}, detail) : ''));
  });
  return el('section', { class: 'panel', 'aria-labelledby': 'periksa' },
    el('h2', { id: 'periksa' }, pick('Yang kami periksa', 'What we checked')), el('ul', { class: 'checks' }, ...items));
}

function technical(result) {
  const rows = [[pick('Hasil', 'Result'), result.state], [pick('Id kredensial', 'Credential id'), result.credential.id],
    [pick('Kunci', 'Key'), result.credential.proof.verificationMethod], [pick('Pola', 'Template'), `/templates/${result.record.template}`],
    [pick('Data status ditandatangani', 'Status signed'), result.signed]];
  return el('details', { class: 'panel tech' }, el('summary', {}, pick('Rincian teknis', 'Technical details')),
    el('dl', {}, ...rows.filter(([, value]) => value).map(([name, value]) => el('div', { class: 'wide' }, el('dt', {}, name), el('dd', { class: 'mono' }, value)))));
}

function show(result) {
  shown = result;
  const said = (WORDS.states[result.state] || WORDS.states.undecidable)[lang];
  const advice = (WORDS.advice[result.state] || {})[lang];
  const parts = [band(result, said)];
  if (advice) parts.push(el('div', { class: 'note', 'data-k': advice[0] }, draw(24, GLYPHS[advice[0] === 'bad' ? 'x' : 'info']), el('p', {}, el('b', {}, advice[1]), ' ', advice[2])));
  if (result.credential) {
    const page = el('p', {}, el('a', { href: `/credentials/${result.record.uuid}${pick('', '?hl=en')}` }, pick('Halaman dan unduhan sertifikat ini', 'Page and downloads of this certificate')));
    const left = facts(result, said);
    parts.push(el('div', { class: 'cols' }, left && el('div', { class: 'col' }, left, page), el('div', { class: 'col' }, checks(result), technical(result))));
  }
  const other = el('button', { class: 'btn', type: 'button' }, pick('Periksa sertifikat lain', 'Check another certificate'));
  other.addEventListener('click', () => { shown = null; $('isi').replaceChildren(...home); document.title = title; });
  parts.push(el('p', {}, other));
  $('isi').replaceChildren(...parts);
  document.title = `${said[0]}: ${pick('pemeriksaan sertifikat', 'certificate check')}`;
  $('hasil').focus({ preventScroll: true });
  scrollTo(0, 0);
}

async function run(text) {
  $('isi').setAttribute('aria-busy', 'true');
  const result = await judge(text);
  $('isi').removeAttribute('aria-busy');
  if (result) show(result);
}

// ---- Camera, picture, field ----

async function reader() {
  const native = self.BarcodeDetector && (await BarcodeDetector.getSupportedFormats()).includes('qr_code');
  if (native) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return async (source) => [...new Set((await detector.detect(source)).map((each) => each.rawValue))];
  }
  const { default: decode } = await import('/v/vendor/qr/decode.js');
  const canvas = document.createElement('canvas');
  return async (source) => {
    const [width, height] = [source.videoWidth || source.width, source.videoHeight || source.height];
    const scale = Math.min(1, MOST.picture / Math.max(width, height, 1));
    canvas.width = width * scale;
    canvas.height = height * scale;
    if (!canvas.width || !canvas.height) return [];
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.drawImage(source, 0, 0, canvas.width, canvas.height);
    try {
      return [decode(pen.getImageData(0, 0, canvas.width, canvas.height))];
    } catch (_) {
      return [];
    }
  };
}

const tell = (id, en) => { $('kabar').textContent = pick(id, en); };

async function scan() {
  const video = $('kamera');
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } } });
  } catch (_) {
    return tell('Kamera tidak dapat dipakai. Izinkan kamera, atau pilih gambar.', 'The camera cannot be used. Allow it, or choose a picture.');
  }
  video.hidden = false;
  video.srcObject = stream;
  await video.play();
  const read = await reader();
  let found = [];
  while (!found.length && stream.active && video.isConnected && !document.hidden) {
    found = await read(video);
    await new Promise((next) => setTimeout(next, 120));
  }
  stream.getTracks().forEach((track) => track.stop());
  video.hidden = true;
  if (found.length === 1) run(found[0]);
}

async function picture(file) {
  tell('', '');
  try {
    const found = await (await reader())(await createImageBitmap(file));
    if (found.length === 1) return run(found[0]);
    if (found.length) return tell('Ada beberapa kode dalam gambar ini. Potong gambarnya hingga satu kode saja.', 'There are several codes in this picture. Crop it to one.');
  } catch (_) {
    // Said below.
  }
  tell('Kode QR tidak terbaca dalam gambar ini. Ambil gambar yang lebih dekat dan terang.', 'No QR code could be read in this picture. Take one that is closer and brighter.');
}

// ---- Begin ----

function swap() {
  lang = pick('en', 'id');
  document.documentElement.lang = lang;
  for (const part of worded) [part.textContent, part.dataset.w] = [part.dataset.w, part.textContent];
  if (shown) show(shown);
}

function fragment() {
  const digits = location.hash.slice(1);
  // What was scanned is nobody's business: not the next user's, not a screenshot's.
  if (digits) history.replaceState(null, '', location.pathname + pick('', '?hl=en'));
  if (digits && digits !== 'isi') run(digits);
}

const title = document.title;
$('pindai').hidden = false;
$('mulai').addEventListener('click', scan);
$('gambar').addEventListener('change', (event) => event.target.files[0] && picture(event.target.files[0]));
$('tempel').addEventListener('submit', (event) => { event.preventDefault(); run($('teks').value); });
$('bahasa').addEventListener('click', (event) => { event.preventDefault(); swap(); });
addEventListener('hashchange', fragment);
if (lang === 'en' && document.documentElement.lang !== 'en') { lang = 'id'; swap(); }
fragment();
if (navigator.serviceWorker) navigator.serviceWorker.register('/sw.js', { scope: '/v' }).catch(() => {});
