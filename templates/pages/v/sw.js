// The service worker of the page `/v`, with which it verifies without a network. The page and what it loads are kept by
// version. Keys, templates and lists of all issuers are fetched beforehand, so that a certificate never seen before can
// be verified; answers from the shelf say so in `x-kept`. Records are not kept: they would tell what was checked here.
const KEPT = 'piagam-v-@@VERSION@@', DATA = 'piagam-data';
const FILES = @@FILES@@;
const BUNDLE = '/v/bundle.json';
const WAIT = 5000, PAUSE = 300000, MOST_FILES = 5000, AT_ONCE = 6;
const PURPOSES = ['revocation', 'refresh', 'suspension'];
let stocked = 0;

addEventListener('install', (event) => {
  const kept = async () => {
    const shelf = await caches.open(KEPT);
    await Promise.all(FILES.map(async (path) => {
      const answer = await fetch(path, { cache: 'reload' });
      if (!answer.ok) throw Error(path);
      // A redirected answer may not open a page; the body is unpacked by now.
      const headers = new Headers(answer.headers);
      headers.delete('content-encoding');
      await shelf.put(path, new Response(await answer.blob(), { headers }));
    }));
  };
  event.waitUntil(Promise.all([kept(), stock()]).then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('piagam-v-') && name !== KEPT;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener('fetch', (event) => {
  const { pathname, searchParams, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin) return;
  const english = pathname === '/v/en.html' || searchParams.get('hl') === 'en';
  const page = ['/v', '/v/', '/v/index.html', '/v/en.html'].includes(pathname) && !searchParams.has('kode');
  const path = page ? (english ? '/v/en.html' : '/v/') : pathname;
  if (FILES.includes(path)) {
    event.respondWith(caches.match(path, { cacheName: KEPT }).then((kept) => kept || fetch(event.request)));
    if (page) event.waitUntil(stock());
  } else if (path === BUNDLE || /^(\/v\/hosts\/[^/]+)?\/(templates\/\d+|status\/\w+\/\d+\.jcs)$/.test(path)) {
    event.respondWith(data(path));
  }
});

// Templates never change; of the rest the newest that can be had.
async function data(path) {
  const shelf = await caches.open(DATA), kept = await shelf.match(path);
  if (kept && path.includes('/templates/')) return kept;
  try {
    return await fresh(shelf, path, kept && kept.clone());
  } catch (error) {
    if (!kept) return new Response('', { status: error.status || 504 });
    return new Response(kept.body, { headers: { 'content-type': 'application/json', 'x-kept': '1' } });
  }
}

// Nothing older replaces what is kept.
async function fresh(shelf, path, kept) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(WAIT), credentials: 'omit' });
  if (!answer.ok) throw Object.assign(Error(path), { status: answer.status });
  const text = await answer.text(), { validFrom } = JSON.parse(text);
  const before = kept && (await kept.json()).validFrom;
  if (before && !(validFrom >= before)) throw Error('older');
  const headers = { 'content-type': 'application/json' };
  await shelf.put(path, new Response(text, { headers }));
  return new Response(text, { headers });
}

// Everything that any certificate of these issuers needs. Whatever cannot be had now is asked for the next time.
async function stock() {
  if (Date.now() - stocked < PAUSE) return;
  stocked = Date.now();
  try {
    const shelf = await caches.open(DATA), paths = [];
    const { issuers } = await (await data(BUNDLE)).json();
    for (const { at, templates, lists } of issuers) {
      for (const number of lists) paths.push(...PURPOSES.map((purpose) => `${at}status/${purpose}/${number}.jcs`));
      for (const number of templates) if (!await shelf.match(`${at}templates/${number}`)) paths.push(`${at}templates/${number}`);
    }
    paths.length = Math.min(paths.length, MOST_FILES);
    const next = async () => { for (let path; (path = paths.shift());) await data(path); };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  } catch (_) {
    stocked = 0;
  }
}
