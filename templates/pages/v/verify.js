// Verification in the browser: it reads the digits behind `#`, rebuilds the credential that they carry
// (crates/vc/COMPACT.md), and verifies its eddsa-jcs-2022 proof, its status and its validity. Digits are never sent
// anywhere; keys, templates and lists come from where the page came from.
// This file and show.js become one script (script.min.js), inlined in the page: `PIAGAM_BLESS=1 cargo test -p piagam-script`.
const MOST_LINK = 2800, MOST_DIGITS = 2500, MOST_TEMPLATE = 131072, MOST_ANSWER = 4194304, MOST_LIST = 1048576, MOST_SLOTS = 16, MOST_PLACES = 8;
const LEAST_LIST = 16384, WAIT = 8000;
const stop = (code) => { throw Object.assign(Error(code), { code }); };

// ---- Digits, record ----

const damaged = () => stop('damaged-link');
const WIDTHS = [0, 3, 5, 8, 10, 13, 15, 17];

function bytesOf(digits) {
  if (digits.length > MOST_DIGITS) stop('too-long');
  if (!/^\d+$/.test(digits)) damaged();
  const out = [];
  for (let at = 0; at < digits.length; at += 17) {
    const group = digits.slice(at, at + 17), length = WIDTHS.indexOf(group.length), from = out.length;
    let value = BigInt(group);
    if (length < 1 || value >> BigInt(8 * length)) damaged();
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
  const bytes = bytesOf(digits), end = bytes.length - 66, view = new DataView(bytes.buffer);
  if (end < 28 || view.getUint16(end + 64) !== crc16(bytes.subarray(0, end + 64))) damaged();
  if (bytes[0] !== 1) stop('newer-format');
  const hex = [...bytes.subarray(4, 20)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    template: view.getUint16(1),
    key: bytes[3],
    uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    from: time(view.getUint32(20)),
    list: bytes[24],
    index: view.getUint32(24) & 0xffffff,
    slots: bytes.subarray(28, end),
    signature: bytes.subarray(end, end + 64),
  };
}

const time = (seconds) => new Date((1577836800 + seconds) * 1000).toISOString().replace('.000', '');
const HIDDEN = /[\p{Cc}\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uE000-\uF8FF\uFEFF\uFFF0-\uFFFF\u{E0000}-\u{10FFFF}]/u;

function slotValue(slot, bytes) {
  if (!bytes.length) return slot.without?.length ? null : damaged();
  if (slot.kind === 'time') {
    return bytes.length === 4 ? time(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)) : damaged();
  }
  let text = '';
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (_) {
    damaged();
  }
  return HIDDEN.test(text) || text.normalize() !== text ? damaged() : text;
}

// ---- Template, credential ----

const PROOF = 'DataIntegrityProof', SUITE = 'eddsa-jcs-2022', ASSERTION = 'assertionMethod';
const ours = () => stop('template');

// The object that holds the pointer's end, and the end's name.
function place(document, pointer) {
  const steps = pointer.split('/').map((step) => step.replace(/~1/g, '/').replace(/~0/g, '~'));
  const name = steps.pop();
  const into = (at, step) => (at && typeof at === 'object' && Object.keys(at).includes(step) ? at : ours());
  const at = steps.slice(1).reduce((at, step) => into(at, step)[step], document);
  return [steps.length ? into(at, name) : ours(), name];
}

// Into the template itself, which is read anew for every certificate.
function rebuild(record, { format, credential, fixed, slots }) {
  if (format !== 'piagam-template-1' || credential.proof || slots.length > MOST_SLOTS
    || slots.some(({ at }) => !at.length || at.length > MOST_PLACES)) ours();
  const put = (pointers, value) => pointers.forEach((pointer) => {
    const [at, name] = place(credential, pointer);
    at[name] = at[name] === '' ? value : ours();
  });
  let rest = record.slots;
  const values = slots.map((slot) => {
    const end = 1 + rest[0], value = end <= rest.length ? slotValue(slot, rest.subarray(1, end)) : damaged();
    rest = rest.subarray(end);
    return value;
  });
  if (rest.length) damaged();
  const { uuid: id, from: validFrom, list: statusList, index: statusIndex } = record;
  const given = { id, validFrom, statusList, statusEntry: `${statusList}#${statusIndex}`, statusIndex };
  for (const name in given) put(fixed[name].at, `${fixed[name].prefix || ''}${given[name]}`);
  slots.forEach((slot, n) => {
    if (values[n] !== null) return put(slot.at, values[n]);
    for (const pointer of slot.without) {
      const [at, name] = place(credential, pointer);
      delete at[name];
    }
  });
  credential.proof = {
    type: PROOF,
    cryptosuite: SUITE,
    created: validFrom,
    verificationMethod: `${idOf(credential.issuer)}#k${record.key}`,
    proofPurpose: ASSERTION,
    '@context': credential['@context'],
    proofValue: record.signature,
  };
  return credential;
}

// ---- Proof ----

const idOf = (value) => value?.id || value;

// RFC 8785: a browser's own order of names and way of writing are the canonical ones.
function jcs(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jcs)}]`;
  return `{${Object.keys(value).sort().map((name) => `${jcs(name)}:${jcs(value[name])}`)}}`;
}

function base58(text, length) {
  let value = 0n;
  for (const letter of text.slice(1, 120)) {
    value = value * 58n + BigInt('123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'.indexOf(letter));
  }
  const out = new Uint8Array(length);
  for (let i = length; i--; value >>= 8n) out[i] = Number(value & 255n);
  return text[0] === 'z' && !value ? out : out.fill(0);
}

const subtle = self.crypto?.subtle;

// Where WebCrypto or its Ed25519 is missing: old browsers, plain http.
async function vendored() {
  const [ed, sha] = await Promise.all(['ed25519/index', 'hashes/sha2'].map((path) => import(`/v/vendor/noble-${path}.js`)));
  ed.hashes.sha512 = sha.sha512;
  return { verify: ed.verify, sha256: sha.sha256 };
}

async function sha256(value) {
  const bytes = new TextEncoder().encode(jcs(value));
  return subtle ? new Uint8Array(await subtle.digest('SHA-256', bytes)) : (await vendored()).sha256(bytes);
}

async function signedBy(key, signature, bytes) {
  try {
    return await subtle.verify('Ed25519', await subtle.importKey('raw', key, 'Ed25519', false, ['verify']), signature, bytes);
  } catch (_) {
    return (await vendored()).verify(signature, bytes, key, { zip215: false });
  }
}

// Whether the document's proof was made by a key that the issuer lists: true, false, or null for a key it does not list.
async function proves(document, did) {
  const { proof, ...unsigned } = document, { proofValue, ...config } = proof, name = proof.verificationMethod;
  const method = did.verificationMethod.find((each) => each.id === name && each.type === 'Multikey' && each.controller === did.id);
  if (!method || !did[ASSERTION].includes(name)) return null;
  const key = base58(method.publicKeyMultibase, 34), bytes = new Uint8Array(64);
  if (key[0] !== 0xed || key[1] !== 1) return null;
  if (proof.type !== PROOF || proof.cryptosuite !== SUITE
    || proof.proofPurpose !== ASSERTION || jcs(proof['@context']) !== jcs(document['@context'])) return false;
  bytes.set(await sha256(config));
  bytes.set(await sha256(unsigned), 32);
  return signedBy(key.subarray(2), typeof proofValue === 'string' ? base58(proofValue, 64) : proofValue, bytes);
}

// ---- What the issuer publishes ----

// Under any content type: static hosts guess it. The service worker answers from its shelf when there is no network.
async function get(path, most = MOST_ANSWER) {
  try {
    const answer = await fetch(path, { credentials: 'omit', signal: AbortSignal.timeout?.(WAIT) });
    const text = answer.ok ? await answer.text() : '';
    return text.length > most ? {} : { value: JSON.parse(text), kept: answer.headers.has('x-kept') };
  } catch (_) {
    return {};
  }
}

async function bitOf(encoded, index) {
  const packed = Uint8Array.from(atob(encoded.slice(1).replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  let before = 0, bit;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return before < LEAST_LIST ? undefined : bit;
    const byte = value[(index >> 3) - before];
    if (byte !== undefined) bit = (byte >> (7 - (index & 7))) & 1;
    before += value.length;
    if (before > MOST_LIST) return;
  }
}

// One list: its bit when it can be relied on, and when it was signed.
async function listed({ value }, purpose, credential, did, now) {
  try {
    const [origin, number] = credential.credentialStatus.statusListCredential.split('/status/revocation/');
    const { encodedList, type, statusPurpose } = value.credentialSubject, signed = value.validFrom;
    if (idOf(value.issuer) !== did.id || did.id !== `did:web:${encodeURIComponent(origin.replace(/^https?:\/\//, ''))}`
      || value.id !== `${origin}/status/${purpose}/${number}` || !value.type.includes('BitstringStatusListCredential')
      || type !== 'BitstringStatusList' || statusPurpose !== purpose || !await proves(value, did)) return {};
    const bit = await bitOf(encodedList, +credential.credentialStatus.statusListIndex);
    const timely = Date.parse(signed) <= now && now <= Date.parse(value.validUntil);
    // What is revoked stays revoked, however old the list is.
    return { signed, bit: timely || (bit && purpose !== 'suspension') ? bit : undefined };
  } catch (_) {
    return {};
  }
}

// Why and since when, from the public record: it explains a bit and never overrides one.
async function explained(credential, did, uuid) {
  const { value } = await get(`/records/${uuid}`);
  return value?.issuer === did.id && value.credential === credential.id && await proves(value, did) ? value : {};
}

// ---- Verdict ----

const PURPOSES = ['revocation', 'refresh', 'suspension'];

async function verify(digits, at, trust, now) {
  const record = recordOf(digits);
  const lists = PURPOSES.map((purpose) => get(`${at}status/${purpose}/${record.list}.jcs`));
  const [{ value: known, kept }, template] = await Promise.all([trust, get(`${at}templates/${record.template}`, MOST_TEMPLATE)]);
  if (!template.value) stop('template-unobtainable');
  let credential;
  try {
    credential = rebuild(record, template.value);
  } catch (error) {
    stop(error.code || 'template');
  }
  const did = known?.issuers.find((each) => each.at === at)?.document;
  const skipped = 'skipped', result = { record, credential, checks: { proof: 'unknown', issuer: skipped, status: skipped, validity: skipped } };
  const ends = (state, name = 'proof', end = 'unknown') => ({ ...result, state, checks: { ...result.checks, [name]: end } });
  if (!did) return ends('issuer-unavailable');
  if (did.id !== idOf(credential.issuer)) return ends('unknown-issuer', 'issuer', 'unknown');
  const proven = await proves(credential, did);
  if (proven === null && kept) return ends('issuer-unavailable');
  if (!proven) return ends('tampered', 'proof', 'fail');
  const read = await Promise.all(PURPOSES.map(async (purpose, n) => listed(await lists[n], purpose, credential, did, now)));
  const [revoked, replaced, suspended] = read.map((each) => each.bit);
  const status = revoked ? (replaced ? 'superseded' : 'revoked') : suspended ? 'suspended'
    : read.some((each) => each.bit === undefined) ? 'unknown' : 'pass';
  const validity = now < Date.parse(credential.validFrom) ? 'not-yet-valid'
    : now > Date.parse(credential.validUntil) ? 'expired' : 'pass';
  const failed = [status, validity].find((each) => each !== 'pass' && each !== 'unknown');
  return {
    ...result,
    state: failed || (status === 'unknown' ? 'status-unknown' : 'valid'),
    signed: read.map((each) => each.signed).filter(Boolean).sort()[0],
    why: failed && failed === status ? await explained(credential, did, record.uuid) : {},
    checks: { proof: 'pass', issuer: 'pass', status, validity },
  };
}

// A text from the camera or the field: digits, or the link of a certificate with its host, or that of a code.
function linkOf(text) {
  if (text.length > MOST_LINK) stop('too-long');
  if (/^\d/.test(text)) return { digits: text };
  const [, host, code, digits] = /^https?:\/\/([\w.:[\]-]+)\/v(?:\/([A-Z0-9-]{16,19})|\/?#(.+))$/i.exec(text) || stop('not-compact');
  return { digits, code, host };
}

async function judge(text) {
  const now = Date.now(), trust = get('/v/bundle.json');
  try {
    const { digits, code, host } = linkOf(text.trim());
    let at = '/';
    if (host) {
      // The host in the code is compared with the issuers' hosts, never with the page's own.
      const { value } = await trust, issuer = value?.issuers.find((each) => each.host === host.toLowerCase());
      if (!value) return { state: 'issuer-unavailable', now };
      if (!issuer) return { state: 'foreign', now, host, own: value.issuers[0].host };
      if (code) return location.assign(`/v/${code}`);
      at = issuer.at;
    }
    return { ...await verify(digits, at, trust, now), now, text };
  } catch (error) {
    if (!error.code) console.error(error);
    return { state: error.code || 'undecidable', now, text };
  }
}
