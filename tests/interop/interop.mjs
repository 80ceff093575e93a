// The other implementation. Reads one request, `{documents, verify, issue, canonize}`, from the file named by its argument and
// prints one answer, `{verified, issued, canonical}`. It opens no connection: every URL is answered from `documents`.
//
// documents: {url: JSON document}                            contexts, DID documents, verification methods, status lists
// verify:    [{name, credential, status, now}]               status: also ask the status list; now: as if it were then
// issue:     [{name, cryptosuite, credential, key, date}]    key: Multikey with both halves
// canonize:  [{name, document}]                              canonical N-Quads, in safe mode
import {readFileSync} from 'node:fs';

import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as jcs from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as rdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import * as vc from '@digitalbazaar/vc';
import jsonld from 'jsonld';

const request = JSON.parse(readFileSync(process.argv[2], 'utf8'));

async function documentLoader(url) {
  const document = request.documents[url];
  if(document === undefined) {
    throw new Error(`nothing is known of ${url}`);
  }
  return {contextUrl: null, documentUrl: url, document: structuredClone(document)};
}

// A suite of each kind; the library picks by the proof's `cryptosuite`.
const verifying = () => [
  new DataIntegrityProof({cryptosuite: rdfc}),
  new DataIntegrityProof({cryptosuite: jcs.createVerifyCryptosuite()})
];
const signing = {
  'eddsa-rdfc-2022': () => rdfc,
  'eddsa-jcs-2022': () => jcs.createSignCryptosuite()
};

// An error's own message hides in the list it carries.
function reason(error) {
  const errors = [].concat(error?.errors ?? error ?? []);
  return errors.map(e => [e.name, e.message, e.cause?.message, JSON.stringify(e.details)].filter(Boolean).join(': ')).join('; ');
}

async function verify({name, credential, status, now}) {
  const options = {credential, documentLoader, suite: verifying(), now: now ? new Date(now) : new Date()};
  options.checkStatus = status ?
    ({credential}) => checkStatus({credential, documentLoader, suite: verifying(), verifyMatchingIssuers: true}) :
    async () => ({verified: true});
  const result = await vc.verifyCredential(options);
  // A set bit is an answer to this library, not a failure: the caller decides what it means.
  const revoked = (result.statusResult?.results ?? []).some(one => one.status);
  return {name, verified: result.verified && !revoked, revoked, error: reason(result.error ?? result.statusResult?.error)};
}

async function issue({name, cryptosuite, credential, key, date}) {
  const signer = (await Ed25519Multikey.from(key)).signer();
  const suite = new DataIntegrityProof({signer, date, cryptosuite: signing[cryptosuite]()});
  return {name, credential: await vc.issue({credential, suite, documentLoader})};
}

async function canonize({name, document}) {
  const quads = await jsonld.canonize(document, {
    algorithm: 'RDFC-1.0', base: null, safe: true, rdfDirection: 'i18n-datatype', documentLoader,
    canonizeOptions: {maxWorkFactor: Infinity}
  });
  return {name, quads};
}

const answer = {verified: [], issued: [], canonical: []};
for(const one of request.verify ?? []) {
  answer.verified.push(await verify(one));
}
for(const one of request.issue ?? []) {
  answer.issued.push(await issue(one));
}
for(const one of request.canonize ?? []) {
  answer.canonical.push(await canonize(one));
}
process.stdout.write(JSON.stringify(answer));
