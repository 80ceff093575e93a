// Verification in the browser: the page's only script. It reads the digits behind `#`, rebuilds the credential that they
// carry (crates/vc/COMPACT.md), verifies its eddsa-jcs-2022 proof, its status and its validity, and says so in the words
// of crates/vc. Digits are never sent anywhere; keys, templates and lists come from where the page came from.
// The server puts this file and show.js into one script of index.html; lines that only hold a comment are left out, so
// comments stand alone.
const $ = (id) => document.getElementById(id);
const WORDS = JSON.parse($('kata').textContent);
const SITE = document.body.dataset;
const MOST = { digits: 2500, link: 2800, template: 131072, answer: 4194304, list: 1048576, picture: 1600 };
const WAIT = 8000;
let lang = new URLSearchParams(location.search).get('hl') === 'en' ? 'en' : 'id';
const pick = (id, en) => (lang === 'en' ? en : id);
const stop = (code) => { throw Object.assign(new Error(code), { code }); };

// ---- Digits, record ----

const WIDTHS = [0, 3, 5, 8, 10, 13, 15, 17];

function bytesOf(digits) {
  if (digits.length > MOST.digits) stop('too-long');
  if (!/^[0-9]+$/.test(digits)) stop('damaged-link');
  const out = [];
  for (let at = 0; at < digits.length; at += 17) {
    const group = digits.slice(at, at + 17), length = WIDTHS.indexOf(group.length), from = out.length;
    let value = BigInt(group);
    if (length < 1 || value >> BigInt(8 * length)) stop('damaged-link');
    for (let i = length; i--; value >>= 8n) out[from + i] = Number(value & 255n);
  }
  return Uint8Array.from(out);
}

function crc16(bytes) {
  let sum = 0xffff;
  for (const byte of bytes) {
    sum ^= byte << 8;
    for (let i = 8; i--;) sum = ((sum << 1) ^ (sum & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return sum;
}

function recordOf(digits) {
  const bytes = bytesOf(digits), end = bytes.length - 66;
  if (end < 28) stop('damaged-link');
  const view = new DataView(bytes.buffer);
  if (view.getUint16(end + 64) !== crc16(bytes.subarray(0, end + 64))) stop('damaged-link');
  if (bytes[0] !== 1) stop('newer-format');
  const hex = [...bytes.subarray(4, 20)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    template: view.getUint16(1),
    key: bytes[3],
    uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    validFrom: time(view.getUint32(20)),
    list: String(bytes[24]),
    index: String(view.getUint32(24) & 0xffffff),
    slots: bytes.subarray(28, end),
    proof: bytes.subarray(end, end + 64),
  };
}

const time = (seconds) => new Date((1577836800 + seconds) * 1000).toISOString().replace('.000', '');
const HIDDEN = /[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uE000-\uF8FF\uFEFF\uFFF0-\uFFFF\u{E0000}-\u{10FFFF}]/u;

function slotValue(slot, bytes) {
  if (!bytes.length) return slot.without && slot.without.length ? null : stop('damaged-link');
  if (slot.kind === 'time') {
    return bytes.length === 4 ? time(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)) : stop('damaged-link');
  }
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (_) {
    stop('damaged-link');
  }
  return HIDDEN.test(text) || text.normalize('NFC') !== text ? stop('damaged-link') : text;
}

// ---- Template, credential ----

const has = (value, name) => Object.prototype.hasOwnProperty.call(value, name);

// The object that holds the pointer's end, and the end's name.
function place(document, pointer) {
  const steps = pointer.split('/').slice(1).map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
  const name = steps.pop();
  let at = document;
  for (const step of steps) at = at && typeof at === 'object' && has(at, step) ? at[step] : stop('template');
  return at && typeof at === 'object' && name !== undefined && has(at, name) ? [at, name] : stop('template');
}

function rebuild(record, template) {
  if (template.format !== 'piagam-template-1' || template.credential.proof || template.slots.length > 16) stop('template');
  const credential = JSON.parse(JSON.stringify(template.credential));
  const put = (pointers, value) => {
    for (const pointer of pointers) {
      const [at, name] = place(credential, pointer);
      at[name] = at[name] === '' ? value : stop('template');
    }
  };
  const values = [];
  let rest = record.slots;
  for (const slot of template.slots) {
    if (!rest.length || rest.length < 1 + rest[0]) stop('damaged-link');
    values.push(slotValue(slot, rest.subarray(1, 1 + rest[0])));
    rest = rest.subarray(1 + rest[0]);
  }
  if (rest.length) stop('damaged-link');
  const entry = `${record.list}#${record.index}`;
  const fixed = { id: record.uuid, validFrom: record.validFrom, statusList: record.list, statusEntry: entry, statusIndex: record.index };
  for (const name in fixed) put(template.fixed[name].at, (template.fixed[name].prefix || '') + fixed[name]);
  template.slots.forEach((slot, n) => {
    if (values[n] !== null) return put(slot.at, values[n]);
    for (const pointer of slot.without) {
      const [at, name] = place(credential, pointer);
      delete at[name];
    }
  });
  credential.proof = {
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    created: record.validFrom,
    verificationMethod: `${idOf(credential.issuer)}#k${record.key}`,
    proofPurpose: 'assertionMethod',
    '@context': credential['@context'],
    proofValue: record.proof,
  };
  return credential;
}

// ---- Proof ----

const idOf = (value) => (value && typeof value === 'object' ? value.id : value);

// RFC 8785: a browser's own order of names and way of writing are the canonical ones.
function jcs(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${jcs(value[name])}`).join(',')}}`;
}

function base58(text, length) {
  let value = 0n;
  for (const letter of text.slice(1)) {
    const digit = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'.indexOf(letter);
    value = digit < 0 || text.length > 120 ? stop('undecidable') : value * 58n + BigInt(digit);
  }
  const out = new Uint8Array(length);
  for (let i = length; i--; value >>= 8n) out[i] = Number(value & 255n);
  return text[0] === 'z' && !value ? out : stop('undecidable');
}

const subtle = self.crypto && crypto.subtle;
let spare;
function vendored() {
  const load = (path) => import(`/v/vendor/noble-${path}.js`);
  return (spare = spare || Promise.all([load('ed25519/index'), load('hashes/sha2')]).then(([ed, sha]) => {
    ed.hashes.sha512 = sha.sha512;
    return { verify: ed.verify, sha256: sha.sha256 };
  }));
}

async function sha256(text) {
  const bytes = new TextEncoder().encode(text);
  return subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : (await vendored()).sha256(bytes);
}

async function signedBy(key, signature, bytes) {
  try {
    const method = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
    return await subtle.verify('Ed25519', method, signature, bytes);
  } catch (_) {
    return (await vendored()).verify(signature, bytes, key, { zip215: false });
  }
}

// Whether the document's proof was made by a key that the issuer lists: true, false, or null for a key it does not list.
async function proves(document, did) {
  const { proof, ...unsigned } = document;
  const { proofValue, ...config } = proof;
  const listed = (did.assertionMethod || []).includes(proof.verificationMethod);
  const method = (did.verificationMethod || []).find((each) => each.id === proof.verificationMethod);
  if (!listed || !method || method.type !== 'Multikey' || method.controller !== did.id) return null;
  const suited = proof.type === 'DataIntegrityProof' && proof.cryptosuite === 'eddsa-jcs-2022'
    && proof.proofPurpose === 'assertionMethod' && jcs(proof['@context']) === jcs(document['@context']);
  if (!suited) return false;
  try {
    const key = base58(method.publicKeyMultibase, 34);
    const signature = typeof proofValue === 'string' ? base58(proofValue, 64) : proofValue;
    const bytes = new Uint8Array(64);
    bytes.set(await sha256(jcs(config)));
    bytes.set(await sha256(jcs(unsigned)), 32);
    return key[0] === 0xed && key[1] === 1 && await signedBy(key.subarray(2), signature, bytes);
  } catch (error) {
    if (error.code || error instanceof TypeError) throw error;
    return false;
  }
}

// ---- What the issuer publishes ----

// The newest that can be had: from the network, else what was kept. Nothing older replaces what is kept.
async function get(path) {
  const shelf = self.caches && await caches.open('piagam-data').catch(() => null);
  const found = shelf && await shelf.match(path);
  const kept = found && await found.json();
  if (kept && path.startsWith('/templates/')) return { value: kept };
  const given = new AbortController();
  const timer = setTimeout(() => given.abort(), WAIT);
  try {
    const answer = await fetch(path, { signal: given.signal, credentials: 'omit' });
    if (answer.status === 404 && !kept) return { missing: true };
    const text = answer.ok ? await answer.text() : stop('offline');
    const value = text.length > (path.startsWith('/templates/') ? MOST.template : MOST.answer) ? stop('offline') : JSON.parse(text);
    if (kept && kept.validFrom > value.validFrom) return { value: kept };
    if (shelf) await shelf.put(path, new Response(text)).catch(() => {});
    return { value, fresh: true };
  } catch (_) {
    return kept ? { value: kept } : {};
  } finally {
    clearTimeout(timer);
  }
}

async function bitOf(encoded, index) {
  const packed = Uint8Array.from(atob(encoded.slice(1).replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  let before = 0, bit;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return before >= 16384 && bit !== undefined ? bit : stop('list');
    const at = (index >> 3) - before;
    if (at >= 0 && at < value.length) bit = (value[at] >> (7 - (index & 7))) & 1;
    before += value.length;
    if (before > MOST.list) stop('list');
  }
}

// One list: { bit, signed } when it can be relied on, { signed } when it is out of date, {} when it was not had.
async function list(credential, purpose, did, now) {
  const entry = credential.credentialStatus;
  const [, origin, number] = /^(https?:\/\/[^/]+)\/status\/revocation\/(\d+)$/.exec(entry.statusListCredential) || [];
  if (!number || did.id !== `did:web:${encodeURIComponent(origin.replace(/^https?:\/\//, ''))}`) return {};
  const { value, missing } = await get(`/status/${purpose}/${number}.jcs`);
  if (missing && purpose !== 'revocation') return { bit: 0 };
  try {
    const subject = value.credentialSubject;
    const ours = idOf(value.issuer) === did.id && value.id === `${origin}/status/${purpose}/${number}`
      && value.type.includes('BitstringStatusListCredential') && subject.type === 'BitstringStatusList'
      && subject.statusPurpose === purpose && await proves(value, did);
    if (!ours) return {};
    const bit = await bitOf(subject.encodedList, Number(entry.statusListIndex));
    const timely = Date.parse(value.validFrom) <= now && now <= Date.parse(value.validUntil);
    // What is revoked stays revoked, however old the list is.
    return timely || bit ? { bit, signed: value.validFrom } : { signed: value.validFrom };
  } catch (_) {
    return {};
  }
}

// ---- Verdict ----

async function verify(digits, now) {
  const record = recordOf(digits);
  const [issuer, template] = await Promise.all([get('/.well-known/did.json'), get(`/templates/${record.template}`)]);
  if (!template.value) stop('template-unobtainable');
  let credential;
  try {
    credential = rebuild(record, template.value);
  } catch (error) {
    stop(error.code || 'template');
  }
  const did = issuer.value;
  const result = { record, credential, did, now, checks: { proof: 'unknown', issuer: 'skipped', status: 'skipped', validity: 'skipped' } };
  if (!did) return { ...result, state: 'issuer-unavailable' };
  if (did.id !== idOf(credential.issuer)) return { ...result, state: 'unknown-issuer', checks: { ...result.checks, issuer: 'fail' } };
  const proven = await proves(credential, did);
  if (proven === null && !issuer.fresh) return { ...result, state: 'issuer-unavailable' };
  if (!proven) return { ...result, state: 'tampered', checks: { ...result.checks, proof: 'fail' } };
  const lists = await Promise.all(['revocation', 'refresh', 'suspension'].map((purpose) => list(credential, purpose, did, now)));
  const [revoked, replaced, suspended] = lists.map((each) => each.bit);
  const status = revoked ? (replaced ? 'superseded' : 'revoked') : suspended ? 'suspended'
    : lists.every((each) => each.bit === 0) ? 'pass' : 'unknown';
  const until = credential.validUntil && Date.parse(credential.validUntil);
  const validity = now < Date.parse(credential.validFrom) ? 'not-yet-valid' : until && now > until ? 'expired' : 'pass';
  const failed = [status, validity].find((each) => each !== 'pass' && each !== 'unknown');
  return {
    ...result,
    state: failed || (status === 'unknown' ? 'status-unknown' : 'valid'),
    signed: lists.map((each) => each.signed).filter(Boolean).sort()[0],
    checks: { proof: 'pass', issuer: 'pass', status, validity },
  };
}

// A text from the camera or the field: { digits, host }, or the code of a page.
function linkOf(text) {
  const plain = text.trim();
  if (plain.length > MOST.link) stop('too-long');
  if (/^[0-9]+$/.test(plain)) return { digits: plain };
  const [, host, code, digits] = /^https?:\/\/([\w.:[\]-]+)\/v(?:\/([A-Z0-9-]{16,19})|\/?#(.+))$/i.exec(plain) || stop('not-compact');
  return { digits, code, host: host.toLowerCase() };
}

async function judge(text) {
  const now = Date.now();
  try {
    const link = linkOf(text);
    if (link.host) {
      const { value } = await get('/.well-known/did.json');
      const own = value && decodeURIComponent(value.id.replace('did:web:', ''));
      if (own && own.toLowerCase() !== link.host) return { state: 'foreign', host: link.host, own, now };
      if (link.code) return own ? location.assign(`/v/${link.code}`) : { state: 'issuer-unavailable', now };
    }
    return { ...await verify(link.digits, now), text };
  } catch (error) {
    if (!error.code) console.error(error);
    return { state: error.code || 'undecidable', now, text };
  }
}
